import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { redeliverWebhookDeliveryContract } from '../../../functions/webhooks/contract.ts';
import { findDelivery } from '../../../functions/webhooks/delivery-store.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import {
  answered,
  openWebhookApi,
  soon,
  storedDelivery,
  unknownDelivery,
  unknownWebhook,
  type WebhookApi,
} from './webhook-api.ts';

let api: WebhookApi;
let webhook: string;
beforeEach(async () => {
  api = await openWebhookApi();
  webhook = (await api.register()).id;
});
afterEach(() => api.close());

const pathOf = (of: string, id: string) => `/api/v1/webhooks/${of}/deliveries/${id}`;
const redeliver = (id: string, headers = {}) => api.send('POST', `${pathOf(webhook, id)}/redeliver`, { headers });
const request = () => ({ method: 'POST', path: `${pathOf(webhook, unknownDelivery)}/redeliver` });
const read = async (id: string) => (await api.send('GET', pathOf(webhook, id))).body;
const posts = () => api.receiver.posts;

/** A delivery that is over. */
async function over(fields: Parameters<typeof storedDelivery>[2] = {}) {
  const nowMs = api.home.clock.now();
  const attempt = { startedMs: nowMs, durationMs: 1, status: 500, error: null, response: '', isTruncated: false };
  const ended = {
    status: 'dead_lettered',
    nextAttemptMs: null,
    finishedMs: nowMs,
    tries: 1,
    attemptsTotal: 1,
  } as const;
  return storedDelivery(api.home, webhook, { ...ended, attempts: [attempt], ...fields });
}

/** Lets the receiver answer only once the returned function is called. */
function heldReceiver(): () => void {
  const gate = Promise.withResolvers<void>();
  api.receiver.answer = () => gate.promise.then(() => answered(200));
  return gate.resolve;
}

describe('202', () => {
  it('is given while the delivery waits for its next try, which comes at once then', async () => {
    const nextAttemptMs = api.home.clock.now() + 36_000_000;
    const waiting = await storedDelivery(api.home, webhook, { tries: 7, nextAttemptMs });
    expect((await redeliver(waiting.id)).status).toBe(202);
    await vi.waitFor(async () => expect((await read(waiting.id)).status).toBe('delivered'));
  });

  it('begins a new series of tries, and keeps the attempts before', async () => {
    const letGo = heldReceiver();
    const { id } = await over();
    const answer = await redeliver(id);
    expect(answer.status).toBe(202);
    expect(redeliverWebhookDeliveryContract.answers.accepted.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toMatchObject({
      id,
      status: 'pending',
      finished_at: null,
      attempts_total: 1,
      next_attempt_at: new Date(api.home.clock.now()).toISOString(),
    });
    letGo();
    await expect.poll(async () => (await read(id)).status, soon).toBe('delivered');
    expect((await read(id)).attempts.map(({ status }: { status: number }) => status)).toEqual([500, 200]);
  });

  it('sends the same body with the same webhook-id', async () => {
    const { id, eventId, body } = await over();
    await redeliver(id);
    await expect.poll(posts, soon).toHaveLength(1);
    expect(posts()[0]).toMatchObject({ body, headers: { 'webhook-id': eventId } });
  });

  it.each(['delivered', 'dead_lettered', 'failed', 'cancelled'] as const)(
    'is given for a delivery that is %s',
    async (status) => {
      const { id } = await over({ status, reason: 'why' });
      expect((await redeliver(id)).status).toBe(202);
      await expect.poll(async () => (await read(id)).status, soon).toBe('delivered');
      expect(await read(id)).toMatchObject({ reason: null, attempts_total: 2 });
    },
  );

  it('is given for one whose try is overdue by more than an hour, since its message is lost', async () => {
    const { id } = await storedDelivery(api.home, webhook);
    api.home.clock.advance(3_600_000);
    expectRefusal(await redeliver(id), 409, 'CONFLICT');
    api.home.clock.advance(1);
    expect((await redeliver(id)).status).toBe(202);
    await expect.poll(async () => (await read(id)).status, soon).toBe('delivered');
  });

  it('has all the tries of the schedule again', async () => {
    const { id } = await over({ tries: 8 });
    api.receiver.answer = () => answered(500);
    await redeliver(id);
    await expect.poll(async () => (await read(id)).attempts_total, soon).toBe(2);
    expect(await read(id)).toMatchObject({ status: 'pending', next_attempt_at: expect.any(String) });
  });

  it('of a test is one try, as the first was', async () => {
    const { id } = await over({ isTest: true, status: 'failed' });
    api.receiver.answer = () => answered(500);
    await redeliver(id);
    await expect.poll(async () => (await read(id)).attempts_total, soon).toBe(2);
    expect(await read(id)).toMatchObject({ status: 'failed', next_attempt_at: null });
  });

  it('sent twice under an Idempotency-Key delivers once more, and is answered the same', async () => {
    const headers = { 'idempotency-key': 'key' };
    const letGo = heldReceiver();
    const { id } = await over();
    const first = await redeliver(id, headers);
    const again = await redeliver(id, headers);
    expect([again.status, again.text]).toEqual([202, first.text]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    letGo();
    await expect.poll(async () => (await read(id)).status, soon).toBe('delivered');
    expect((await redeliver(id, headers)).text).toBe(first.text);
    expect((await read(id)).attempts_total).toBe(2);
  });

  it('shows what has come of it where the delivery was quicker than the answer', async () => {
    const { id } = await over();
    const { backend } = api.home;
    const queue = backend.queue('webhook-deliveries');
    const send = vi.spyOn(queue, 'send').mockImplementationOnce(async (messages) => {
      send.mockRestore();
      await queue.send(messages);
      await expect.poll(async () => (await read(id)).status, soon).toBe('delivered');
    });
    const { status, body } = await redeliver(id);
    expect([status, body.status, body.attempts_total]).toEqual([202, 'delivered', 2]);
    expect((await findDelivery(backend, webhook, id))?.series).toBe(2);
  });

  it('is delivered also when the process died before the series was stored', async () => {
    const { id } = await over();
    const { backend } = api.home;
    const dead = () => Promise.reject(new Error('killed'));
    const failing = { ...backend.table('deliveries'), put: dead };
    const queue = backend.queue('webhook-deliveries');
    const held: Parameters<typeof queue.send>[0] = [];
    api.home.backend = {
      ...backend,
      table: (name) => (name === 'deliveries' ? failing : backend.table(name)),
      queue: () => ({ send: async (messages) => void held.push(...messages) }),
    };
    expectRefusal(await redeliver(id), 500, 'INTERNAL');
    api.home.backend = backend;
    expect((await read(id)).status).toBe('dead_lettered');
    await queue.send(held);
    await expect.poll(async () => (await read(id)).status, soon).toBe('delivered');
    expect((await read(id)).attempts_total).toBe(2);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    ['x', unknownDelivery, 'path.id'],
    [unknownWebhook, 'x', 'path.delivery_id'],
  ])('is given for what is no id: %s %s', async (of, id, path) => {
    const answer = await api.send('POST', `${pathOf(of, id)}/redeliver`);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(path);
  });

  it('is given for a body', async () => {
    const answer = await api.send('POST', request().path, { body: { now: true } });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('body.now');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no delivery has, or no webhook', async () => {
    expectRefusal(await redeliver(unknownDelivery), 404, 'NOT_FOUND');
    const { id } = await over();
    expectRefusal(await api.send('POST', `${pathOf(unknownWebhook, id)}/redeliver`), 404, 'NOT_FOUND');
  });
});

describe('409 CONFLICT', () => {
  it('is given while the delivery is tried', async () => {
    const { id } = await storedDelivery(api.home, webhook);
    const answer = await redeliver(id);
    expectRefusal(answer, 409, 'CONFLICT');
    expect(answer.body.error.message).toBe('The delivery is still being tried.');
  });

  it('is given for a webhook that is disabled, and no longer once it is enabled', async () => {
    const { id } = await over();
    const enable = (enabled: boolean) => api.send('PATCH', `/api/v1/webhooks/${webhook}`, { body: { enabled } });
    await enable(false);
    const answer = await redeliver(id);
    expectRefusal(answer, 409, 'CONFLICT');
    expect(answer.body.error.message).toBe('The webhook is disabled. Enable it first.');
    expect((await read(id)).status).toBe('dead_lettered');
    await enable(true);
    expect((await redeliver(id)).status).toBe(202);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request()));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request()));
});

describe('422 IDEMPOTENCY_MISMATCH', () => {
  it('is given for a key that was used with another delivery', async () => {
    const headers = { 'idempotency-key': 'key' };
    const [one, other] = [await over(), await over()];
    await redeliver(one.id, headers);
    expectRefusal(await redeliver(other.id, headers), 422, 'IDEMPOTENCY_MISMATCH');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of writes', async () => {
    const limited = await openWebhookApi({ RATE_LIMITS: 'write=3' });
    await expectLimited(limited, request(), 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request(), 'deliveries'));
});
