import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { publishEvents } from '../../../../functions/events/contract.ts';
import { dispatchEvents } from '../../../../functions/webhooks/tasks/dispatch-events.ts';
import { completed, deliveryOnce, openScenario, type Scenario } from '../delivery-scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await openScenario();
});
afterEach(() => scenario.home.close());

it('an event goes to every webhook that asks for it, and to no other', async () => {
  const byName = await scenario.register('name', undefined, { events: ['pipeline.completed'] });
  const byPattern = await scenario.register('pattern', undefined, { events: ['pipeline.*'] });
  const byFilter = await scenario.register('filter', undefined, { filter: { branch: ['main', 'next'] } });
  await scenario.register('other', undefined, { events: ['service.*', 'pipeline.failed'] });
  await scenario.register('elsewhere', undefined, { filter: { branch: 'next' } });
  await scenario.register('disabled', undefined, { enabled: false });
  await scenario.publish();
  for (const { id } of [byName, byPattern, byFilter]) await deliveryOnce(scenario, id, { status: 'delivered' });
  expect(scenario.received.map(({ url }) => url).sort()).toEqual([byFilter.url, byName.url, byPattern.url]);
});

it('an event that is published twice is delivered once', async () => {
  const { id } = await scenario.register('good');
  const event = completed(scenario.home, 'once');
  await publishEvents(scenario.home.backend, [event]);
  await deliveryOnce(scenario, id, { status: 'delivered' });
  await publishEvents(scenario.home.backend, [event]);
  await scenario.publish('another');
  await vi.waitFor(() => expect(scenario.received).toHaveLength(2));
  expect(new Set(scenario.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
});

it('a delivery that was stored and whose message was never sent is sent when the event comes again', async () => {
  const { id } = await scenario.register('good');
  const queue = scenario.home.backend.queue('webhook-deliveries');
  const home = { ...scenario.home, backend: { ...scenario.home.backend, queue: () => ({ ...queue, send: dies }) } };
  const event = { ...completed(scenario.home, 'once'), sequence: 1 };
  const message = { id: 'm', body: JSON.parse(JSON.stringify(event)), receives: 1 };
  expect(await dispatchEvents.consume([message], home)).toEqual({ retry: [{ id: 'm' }] });
  expect(await scenario.deliveries(id)).toMatchObject([{ status: 'pending', attemptsTotal: 0 }]);
  expect(await dispatchEvents.consume([message], scenario.home)).toEqual({ retry: [] });
  await deliveryOnce(scenario, id, { status: 'delivered', attemptsTotal: 1 });
});

const dies = () => Promise.reject(new Error('the process died'));

it('of a batch only what cannot be dispatched comes again', async () => {
  const { id } = await scenario.register('good');
  const event = { ...completed(scenario.home, 'once'), sequence: 1 };
  const outcome = await dispatchEvents.consume(
    [
      { id: 'bad', body: { nonsense: true }, receives: 1 },
      { id: 'good', body: JSON.parse(JSON.stringify(event)), receives: 1 },
    ],
    scenario.home,
  );
  expect(outcome).toEqual({ retry: [{ id: 'bad' }] });
  await deliveryOnce(scenario, id, { status: 'delivered' });
});

it('without webhooks nothing is stored, and nothing sent', async () => {
  await scenario.publish();
  await vi.waitFor(async () =>
    expect((await scenario.home.backend.table('events').query({ partition: 'events', limit: 1 })).items).toHaveLength(
      1,
    ),
  );
  expect(scenario.received).toEqual([]);
});
