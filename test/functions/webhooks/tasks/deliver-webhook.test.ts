import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutgoingMessage } from '../../../../backend/backend.ts';
import type { Delivery } from '../../../../functions/webhooks/delivery.ts';
import { messageOf } from '../../../../functions/webhooks/delivery-message.ts';
import { announceDisabled } from '../../../../functions/webhooks/disable-webhook.ts';
import { rotateSecret } from '../../../../functions/webhooks/secret-store.ts';
import { newSecret } from '../../../../functions/webhooks/signing-secret.ts';
import { deliverWebhook } from '../../../../functions/webhooks/tasks/deliver-webhook.ts';
import { dispatchEvents } from '../../../../functions/webhooks/tasks/dispatch-events.ts';
import { giveBack, type Slot, slotsMax, takeSlot } from '../../../../functions/webhooks/traffic.ts';
import { changeWebhook, deleteWebhook } from '../../../../functions/webhooks/webhook-store.ts';
import type { TestHome } from '../../open-home.ts';
import {
  answer,
  completed,
  deadLetters,
  deliveryOnce,
  openScenario,
  type Received,
  type Scenario,
  secret,
} from '../delivery-scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await openScenario();
});
afterEach(() => scenario.home.close());

const minute = 60_000;
const hour = 60 * minute;
const pausesMs = [5000, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];

const verified = ({ body, headers }: Received, key = secret) =>
  new Webhook(key, key.startsWith('whsec_') ? {} : { format: 'raw' }).verify(body, headers);
/** The library compares with the machine's own time. */
const atTheirTime = (post: Received, verify: () => unknown) => {
  vi.useFakeTimers({ now: post.atMs, toFake: ['Date'] });
  try {
    return verify();
  } finally {
    vi.useRealTimers();
  }
};

describe('a delivery', () => {
  it('reaches its receiver as the event, signed so that the library of Standard Webhooks accepts it', async () => {
    const { id, url } = await scenario.register('good');
    const eventId = await scenario.publish();
    const delivery = await deliveryOnce(scenario, id, { status: 'delivered', attemptsTotal: 1 });
    const [post] = scenario.receivedAt(url) as [Received];
    expect(post.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': eventId });
    expect(atTheirTime(post, () => verified(post))).toMatchObject({
      id: eventId,
      type: 'pipeline.completed',
      sequence: 1,
      data: { branch: 'main' },
    });
    expect(delivery).toMatchObject({ eventId, body: post.body });
  });

  it('that fails twice is tried again after 5 s and 5 min, with the same id and body and a signature of its own time', async () => {
    const { id, url } = await scenario.register('shaky', (nth) => answer(nth < 3 ? 503 : 200));
    await scenario.publish();
    for (const [index, pauseMs] of pausesMs.slice(0, 2).entries()) {
      await deliveryOnce(scenario, id, { status: 'pending', attemptsTotal: index + 1 });
      expect(scenario.receivedAt(url)).toHaveLength(index + 1);
      scenario.home.clock.advance(pauseMs - 1);
      await scenario.passes(pauseMs * 0.1 + 1, () => expect(scenario.receivedAt(url)).toHaveLength(index + 2));
    }
    const delivery = await deliveryOnce(scenario, id, { status: 'delivered', attemptsTotal: 3 });
    expect(delivery.attempts.map(({ status }) => status)).toEqual([503, 503, 200]);
    const posts = scenario.receivedAt(url);
    expect(new Set(posts.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(1);
    expect(new Set(posts.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
    for (const post of posts) atTheirTime(post, () => verified(post));
  });

  it('whose receiver asks to be left alone for longer is left alone for that long', async () => {
    const { id, url } = await scenario.register('busy', (nth) =>
      nth === 1 ? answer(429, { retryAfter: '120' }) : answer(200),
    );
    await scenario.publish();
    const { nextAttemptMs } = await deliveryOnce(scenario, id, { status: 'pending', attemptsTotal: 1 });
    expect((nextAttemptMs ?? 0) - (scenario.receivedAt(url)[0]?.atMs ?? 0)).toBe(120_000);
  });

  it('that always fails is tried eight times, dead-lettered, and can be delivered again', async () => {
    let isMended = false;
    const { id, url } = await scenario.register('broken', () => answer(isMended ? 200 : 500));
    await scenario.publish();
    for (const [index, pauseMs] of pausesMs.entries()) {
      const failed = await deliveryOnce(scenario, id, { status: 'pending', attemptsTotal: index + 1 });
      const waitMs = (failed.nextAttemptMs ?? 0) - (failed.attempts.at(-1)?.startedMs ?? 0);
      expect(waitMs).toBeGreaterThanOrEqual(pauseMs);
      expect(waitMs).toBeLessThanOrEqual(pauseMs * 1.1);
      await scenario.passes(waitMs, () => expect(scenario.receivedAt(url)).toHaveLength(index + 2));
    }
    const dead = await deliveryOnce(scenario, id, { status: 'dead_lettered', attemptsTotal: 8, nextAttemptMs: null });
    const [letter] = await vi.waitFor(async () => {
      const letters = await deadLetters(scenario.home, 'webhook-deliveries');
      expect(letters).toHaveLength(1);
      return letters;
    });
    isMended = true;
    await scenario.home.backend.queue('webhook-deliveries').send([{ body: letter ?? null, group: id }]);
    await deliveryOnce(scenario, id, { status: 'delivered', series: dead.series + 1, tries: 1, attemptsTotal: 9 });
    expect(scenario.receivedAt(url).at(-1)?.headers['webhook-id']).toBe(dead.eventId);
  });

  it('is cancelled when its webhook is disabled or deleted before its next try', async () => {
    const disabled = await scenario.register('disabled', () => answer(500));
    const deleted = await scenario.register('deleted', () => answer(500));
    await scenario.publish();
    for (const { id } of [disabled, deleted]) await deliveryOnce(scenario, id, { status: 'pending', attemptsTotal: 1 });
    await changeWebhook(scenario.home.backend, disabled.id, (webhook) => ({ ...webhook, enabled: false }));
    await deleteWebhook(scenario.home.backend, deleted.id);
    scenario.home.clock.advance(6000);
    await deliveryOnce(scenario, disabled.id, { status: 'cancelled', reason: 'The webhook was disabled.' });
    await deliveryOnce(scenario, deleted.id, { status: 'cancelled', reason: 'The webhook was deleted.' });
    expect(scenario.received).toHaveLength(2);
  });

  it('is signed with both secrets for a day after a rotation', async () => {
    const { id, url } = await scenario.register('rotated');
    const next = newSecret();
    await rotateSecret(scenario.home.backend, id, next, scenario.home.clock.now());
    await scenario.publish('first');
    await deliveryOnce(scenario, id, { status: 'delivered' });
    const [during] = scenario.receivedAt(url) as [Received];
    atTheirTime(during, () => [verified(during), verified(during, next)]);
    scenario.home.clock.advance(24 * hour);
    await scenario.publish('second');
    await vi.waitFor(() => expect(scenario.receivedAt(url)).toHaveLength(2));
    const after = scenario.receivedAt(url)[1] as Received;
    atTheirTime(after, () => verified(after, next));
    expect(() => atTheirTime(after, () => verified(after))).toThrow();
  });
});

describe('a receiver that is no more', () => {
  it('is not sent to again after it answered 410, and the event of that is published once', async () => {
    const { id, url } = await scenario.register('gone', () => answer(410));
    await scenario.publish('first');
    await deliveryOnce(scenario, id, { status: 'failed', attemptsTotal: 1 });
    expect(await scenario.webhook(id)).toMatchObject({ enabled: false, disabledReason: 'gone', isUnannounced: false });
    await scenario.publish('second');
    await vi.waitFor(() => expect(scenario.home.published).toHaveLength(3));
    expect(scenario.home.published.map(({ type, data }) => [type, data['reason']])).toContainEqual([
      'webhook.disabled',
      'gone',
    ]);
    expect(scenario.receivedAt(url)).toHaveLength(1);
  });

  it('is disabled after five days of nothing but failures, by a delivery that failed three times', async () => {
    await scenario.home.close();
    scenario = await openScenario({ WEBHOOK_RETRY_DELAYS: '5,5' });
    const { id, url } = await scenario.register('failing', () => answer(500));
    const isEnabled = async () => (await scenario.webhook(id)).enabled;
    const failsTo = async (tries: number) => {
      await scenario.publish(`delivery ${scenario.received.length}`);
      const before = scenario.receivedAt(url).length;
      for (let tried = 1; tried <= tries; tried += 1)
        await scenario.passes(tried === 1 ? 0 : 5500, async () => {
          const [newest] = await scenario.deliveries(id);
          expect([newest?.tries, scenario.receivedAt(url).length]).toEqual([tried, before + tried]);
        });
    };
    await failsTo(3);
    scenario.home.clock.advance(5 * 24 * hour - minute);
    await failsTo(3);
    expect(await isEnabled()).toBe(true);
    scenario.home.clock.advance(minute);
    await failsTo(2);
    expect(await isEnabled()).toBe(true);
    await scenario.passes(5500, async () => expect(await isEnabled()).toBe(false));
    const { disabledReason, failingSinceMs, disabledMs } = await scenario.webhook(id);
    expect(disabledReason).toBe('failing');
    expect((disabledMs ?? 0) - (failingSinceMs ?? 0)).toBeGreaterThanOrEqual(5 * 24 * hour);
  });

  it('is announced by the next message when the process died between disabling and announcing', async () => {
    const { id } = await scenario.register('half', () => answer(500));
    await scenario.publish();
    await deliveryOnce(scenario, id, { status: 'pending', attemptsTotal: 1 });
    const nowMs = scenario.home.clock.now();
    await changeWebhook(scenario.home.backend, id, (webhook) => ({
      ...webhook,
      enabled: false,
      disabledReason: 'gone',
      disabledMs: nowMs,
      isUnannounced: true,
    }));
    await scenario.passes(6000, () =>
      expect(scenario.home.published.map(({ type }) => type)).toContain('webhook.disabled'),
    );
    await vi.waitFor(async () => expect(await scenario.webhook(id)).toMatchObject({ isUnannounced: false }));
    const count = scenario.home.published.length;
    await announceDisabled(scenario.home, await scenario.webhook(id));
    expect(scenario.home.published).toHaveLength(count);
  });
});

describe('a message', () => {
  const send = (message: ReturnType<typeof messageOf>) =>
    scenario.home.backend.queue('webhook-deliveries').send([message]);

  it('that comes again for a delivery that is over does nothing', async () => {
    const { id, url } = await scenario.register('good');
    await scenario.publish('first');
    const delivery = await deliveryOnce(scenario, id, { status: 'delivered' });
    await send(messageOf(delivery));
    await scenario.publish('second');
    await vi.waitFor(() => expect(scenario.receivedAt(url)).toHaveLength(2));
    expect(new Set(scenario.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });

  it('that comes before the next try is due waits until it is', async () => {
    const { id, url } = await scenario.register('slow', (nth) => answer(nth === 1 ? 500 : 200));
    await scenario.publish();
    const delivery = await deliveryOnce(scenario, id, { status: 'pending', attemptsTotal: 1 });
    await send(messageOf(delivery));
    await vi.waitFor(() => expect(scenario.receivedAt(url)).toHaveLength(1));
    await scenario.passes(6000, () => expect(scenario.receivedAt(url).length).toBeGreaterThan(1));
    await deliveryOnce(scenario, id, { status: 'delivered' });
  });

  it('of an earlier series, or of a delivery that is not there, does nothing', async () => {
    const { id } = await scenario.register('good');
    await scenario.publish('first');
    const delivery = await deliveryOnce(scenario, id, { status: 'delivered' });
    await send(messageOf({ ...delivery, series: delivery.series + 1 }));
    await deliveryOnce(scenario, id, { status: 'delivered', series: 2 });
    await send(messageOf({ ...delivery, series: 1 }));
    await send(messageOf({ ...delivery, id: 'dlv_nothing' }));
    await scenario.publish('second');
    await vi.waitFor(() => expect(scenario.received).toHaveLength(3));
    const deliveries = await scenario.deliveries(id);
    expect(deliveries.map(({ series, attemptsTotal }) => [series, attemptsTotal]).sort()).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('that is handed out twice at the same time is not lost, and the delivery is tried on', async () => {
    const { id, url } = await scenario.register('slow', (nth) => answer(nth < 3 ? 500 : 200));
    const home = withQueue(async () => undefined);
    const delivery = await dispatched(home, id);
    const message = { id: 'm', body: messageOf(delivery).body, receives: 1 };
    const outcomes = await Promise.all([
      deliverWebhook.consume([message], home),
      deliverWebhook.consume([message], home),
    ]);
    expect(scenario.receivedAt(url)).toHaveLength(2);
    for (const { retry, dead } of outcomes) expect([retry.map((each) => each.id), dead]).toEqual([['m'], []]);
  });

  it('whose webhook has no slot free waits for its turn, and is not counted as a try', async () => {
    const { id, url } = await scenario.register('full');
    const { backend, clock } = scenario.home;
    for (let held = 0; held < slotsMax; held += 1)
      expect((await takeSlot(backend, id, clock.now())).slot).toBeDefined();
    await scenario.publish();
    await deliveryOnce(scenario, id, { status: 'pending', attemptsTotal: 0 });
    await scenario.passes(30_000, () => expect(scenario.receivedAt(url)).toHaveLength(1));
    await deliveryOnce(scenario, id, { status: 'delivered', attemptsTotal: 1 });
  });
});

describe('receivers that do not answer', () => {
  let hanging: ((receipt: ReturnType<typeof answer>) => void)[] = [];
  const hang = () => new Promise<ReturnType<typeof answer>>((resolve) => hanging.push(resolve));
  const timeOut = () => {
    for (const resolve of hanging.splice(0)) resolve({ durationMs: 15_000, error: 'no answer within 15000 ms' });
  };
  beforeEach(() => {
    hanging = [];
  });

  it('get ten deliveries at a time, and others get theirs at once', async () => {
    const slow = await scenario.register('hanging', hang);
    for (let n = 0; n < 30; n += 1) await scenario.publish(`n${n}`);
    await vi.waitFor(() => expect(scenario.receivedAt(slow.url)).toHaveLength(10));
    await vi.waitFor(async () => expect(await scenario.deliveries(slow.id)).toHaveLength(30));
    const good = await scenario.register('good');
    await scenario.publish('last');
    await vi.waitFor(() => expect(scenario.receivedAt(good.url)).toHaveLength(1));
    expect(scenario.receivedAt(slow.url)).toHaveLength(10);
    await changeWebhook(scenario.home.backend, slow.id, (webhook) => ({ ...webhook, enabled: false }));
    timeOut();
  });

  it('get two at a time once they have failed for 15 s; the others wait, and after half a minute are passed over, which counts as a try', async () => {
    const { id } = await scenario.register('failing');
    const { backend, clock } = scenario.home;
    const { slot } = await takeSlot(backend, id, clock.now());
    await giveBack(backend, slot as Slot, 'fails', clock.now());
    clock.advance(15_000);
    for (const held of [1, 2]) expect((await takeSlot(backend, id, clock.now())).slot, `slot ${held}`).toBeDefined();
    const sent: OutgoingMessage[] = [];
    const home = withQueue(async (messages) => void sent.push(...messages));
    const delivery = await dispatched(home, id);
    const deliver = (waited: number) => {
      const body = { ...(messageOf(delivery).body as object), waited };
      return deliverWebhook.consume([{ id: 'm', body, receives: 1 }], home);
    };
    sent.length = 0;
    expect(await deliver(29)).toEqual({ retry: [], dead: [] });
    expect(sent).toEqual([
      {
        body: { ...(messageOf(delivery).body as object), waited: expect.any(Number) },
        group: id,
        delaySeconds: expect.any(Number),
      },
    ]);
    expect(await scenario.deliveries(id)).toMatchObject([{ tries: 0 }]);
    expect((await deliver(30)).retry).toMatchObject([{ id: 'm' }]);
    const [after] = await scenario.deliveries(id);
    expect(after?.attempts[0]?.error).toContain('passed over');
    expect(after).toMatchObject({ status: 'pending', tries: 1 });
    expect(scenario.received).toEqual([]);
  });
});

/** The home, whose deliveries' messages go elsewhere. */
function withQueue(send: (messages: OutgoingMessage[]) => Promise<void>): TestHome {
  return { ...scenario.home, backend: { ...scenario.home.backend, queue: () => ({ send }) } };
}

/** The delivery of an event that was dispatched to the one webhook. */
async function dispatched(home: TestHome, webhookId: string): Promise<Delivery> {
  const event = { ...completed(scenario.home, 'once'), sequence: 1 };
  await dispatchEvents.consume([{ id: 'e', body: JSON.parse(JSON.stringify(event)), receives: 1 }], home);
  const [delivery] = await scenario.deliveries(webhookId);
  return delivery as Delivery;
}
