import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sumOf } from '../../../functions/core/figures.ts';
import { isDurationName } from '../../../functions/core/latency-histogram.ts';
import { changeWebhook } from '../../../functions/webhooks/webhook-store.ts';
import { answer, deliveryOnce, openScenario, type Receiver, type Scenario } from './delivery-scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await openScenario({ WEBHOOK_RETRY_DELAYS: '5' });
});
afterEach(() => scenario.home.close());

/** What was measured of deliveries, apart from durations. */
const measured = () => {
  const own = scenario.home.readings.filter(({ kind }) => kind === 'deliveries');
  return Object.fromEntries(
    Object.entries(sumOf(own.map(({ figures }) => figures))).filter(([name]) => !isDurationName(name)),
  );
};

it.each<[string, Receiver, Record<string, number>]>([
  ['delivered', () => answer(200), { attempts_accepted: 1, ended_delivered: 1 }],
  ['failed', () => answer(410), { attempts_failed: 1, ended_failed: 1 }],
  ['dead_lettered', () => answer(500), { attempts_failed: 2, ended_dead_lettered: 1 }],
])('a delivery that ends %s is counted with its attempts', async (status, receiver, expected) => {
  const { id } = await scenario.register('receiver', receiver);
  await scenario.publish();
  await vi.waitFor(async () => expect((await scenario.deliveries(id))[0]?.attemptsTotal).toBe(1));
  await scenario.passes(6_000, async () => expect((await scenario.deliveries(id))[0]?.status).toBe(status));
  await vi.waitFor(() => expect(measured()).toEqual(expected));
});

it('a delivery that is cancelled is counted once', async () => {
  const { id } = await scenario.register('receiver', () => answer(500));
  await scenario.publish();
  await deliveryOnce(scenario, id, { status: 'pending', attemptsTotal: 1 });
  await changeWebhook(scenario.home.backend, id, (webhook) => ({ ...webhook, enabled: false }));
  scenario.home.clock.advance(6_000);
  await deliveryOnce(scenario, id, { status: 'cancelled' });
  await vi.waitFor(() => expect(measured()).toEqual({ attempts_failed: 1, ended_cancelled: 1 }));
});
