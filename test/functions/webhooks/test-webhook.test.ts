import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventExamples, eventTypeNames } from '../../../functions/events/contract.ts';
import { testWebhookContract } from '../../../functions/webhooks/contract.ts';
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
  signersOf,
  soon,
  storedWebhook,
  unknownWebhook,
  type WebhookApi,
} from './webhook-api.ts';

let api: WebhookApi;
let id: string;
let secret: string;
beforeEach(async () => {
  api = await openWebhookApi();
  ({ id, secret } = await api.register());
});
afterEach(() => api.close());

const pathOf = (webhook: string) => `/api/v1/webhooks/${webhook}/test`;
const send = (body?: unknown, headers = {}) => api.send('POST', pathOf(id), { body, headers });
const request = () => ({ method: 'POST', path: pathOf(id) });
const posts = () => api.receiver.posts;

/** The delivery behind an answer, once it is over. */
async function ended({ headers }: { headers: Headers }) {
  const read = async () => (await api.send('GET', headers.get('location') ?? '')).body;
  await expect.poll(async () => (await read()).finished_at, soon).not.toBeNull();
  return read();
}

describe('202', () => {
  it('shows the delivery that is on its way, and where what comes of it can be read', async () => {
    const answer = await send({ type: 'service.restarted' });
    expect(answer.status).toBe(202);
    expect(testWebhookContract.answers.accepted.body.parse(answer.body)).toEqual(answer.body);
    const now = new Date(api.home.clock.now()).toISOString();
    expect(answer.body).toMatchObject({
      webhook_id: id,
      event_type: 'service.restarted',
      test: true,
      status: 'pending',
      attempts: [],
      created_at: now,
      next_attempt_at: now,
    });
    expect(answer.headers.get('location')).toBe(`/api/v1/webhooks/${id}/deliveries/${answer.body.id}`);
    expect(await ended(answer)).toMatchObject({
      id: answer.body.id,
      status: 'delivered',
      attempts: [{ status: 200, response: 'text' }],
    });
  });

  it.each(eventTypeNames)('sends an example of %s, signed, that tells that it is a test', async (type) => {
    const delivery = await ended(await send({ type }));
    const data = eventExamples[type];
    const [post] = posts();
    expect(posts()).toHaveLength(1);
    expect(JSON.parse(post?.body ?? '')).toEqual({
      id: delivery.event_id,
      type,
      timestamp: delivery.created_at,
      sequence: 1,
      ...('service' in data ? { service: data.service } : {}),
      test: true,
      data,
    });
    expect(delivery.body).toBe(post?.body);
    expect(post?.headers['webhook-id']).toBe(delivery.event_id);
    expect(post && signersOf(post, [secret])).toEqual([secret]);
  });

  it.each([
    [['*'], 'pipeline.started'],
    [['service.*'], 'service.health_changed'],
    [['service.restarted'], 'service.restarted'],
  ])('without a type sends one that the webhook asks for: of %j %s', async (events, type) => {
    ({ id } = await api.register({ events }));
    expect((await send()).body.event_type).toBe(type);
    expect((await send({})).body.event_type).toBe(type);
  });

  it('is given for a type that the webhook does not ask for, and whatever it filters', async () => {
    ({ id } = await api.register({ events: ['pipeline.failed'], filter: { branch: 'none' } }));
    expect((await ended(await send({ type: 'webhook.disabled' }))).status).toBe('delivered');
  });

  it('is sent once, also when the receiver refuses it', async () => {
    api.receiver.answer = () => answered(500);
    const delivery = await ended(await send());
    expect(delivery).toMatchObject({ status: 'failed', attempts_total: 1, next_attempt_at: null });
    api.home.clock.advance(24 * 3_600_000);
    expect(posts()).toHaveLength(1);
  });

  it('sent twice makes two deliveries of two events', async () => {
    const [one, other] = [await send(), await send()];
    expect(one.body.id).not.toBe(other.body.id);
    expect(one.body.event_id).not.toBe(other.body.event_id);
  });

  it('sent twice under an Idempotency-Key is delivered once, and answered the same', async () => {
    const headers = { 'idempotency-key': 'key' };
    const first = await send({}, headers);
    const again = await send({}, headers);
    expect([again.status, again.text]).toEqual([202, first.text]);
    await ended(first);
    expect(posts()).toHaveLength(1);
  });

  it('goes on with the same delivery after its process died before the message was sent', async () => {
    const headers = { 'idempotency-key': 'key' };
    const { backend } = api.home;
    const deaf = { send: () => Promise.reject(new Error('the queue is not there')) };
    api.home.backend = { ...backend, queue: () => deaf };
    expectRefusal(await send({}, headers), 500, 'INTERNAL');
    api.home.backend = backend;
    const again = await send({}, headers);
    expect((await ended(again)).status).toBe('delivered');
    const { body } = await api.send('GET', `/api/v1/webhooks/${id}/deliveries`);
    expect(body.deliveries.map((delivery: { id: string }) => delivery.id)).toEqual([again.body.id]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    [{ type: 'pipeline.exploded' }, 'body.type'],
    [{ type: 'pipeline.*' }, 'body.type'],
    [{ type: null }, 'body.type'],
    [{ data: {} }, 'body.data'],
    [[], 'body'],
  ])('is given for %j, with the path, and nothing is sent', async (body, field) => {
    const answer = await send(body);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(field);
    expect((await api.send('GET', `/api/v1/webhooks/${id}/deliveries`)).body.deliveries).toEqual([]);
  });

  it('is given for what is no id of a webhook', async () => {
    const answer = await api.send('POST', pathOf('x'));
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('path.id');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no webhook has', async () => {
    expectRefusal(await api.send('POST', pathOf(unknownWebhook)), 404, 'NOT_FOUND');
  });
});

describe('409 CONFLICT', () => {
  it.each([
    ['by a user', {}],
    ['by itself', { disabledReason: 'gone', disabledMs: 1 } as const],
  ])('is given for a webhook that was disabled %s, and nothing is sent', async (_, fields) => {
    const webhook = await storedWebhook(api.home, { seed: 1, enabled: false, ...fields });
    const answer = await api.send('POST', pathOf(webhook.id));
    expectRefusal(answer, 409, 'CONFLICT');
    expect(answer.body.error.message).toBe('The webhook is disabled. Enable it first.');
    const { body } = await api.send('GET', `/api/v1/webhooks/${webhook.id}/deliveries`);
    expect([body.deliveries, posts()]).toEqual([[], []]);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request()));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request()));
});

describe('422 IDEMPOTENCY_MISMATCH', () => {
  it('is given for a key that was used with another request', async () => {
    const headers = { 'idempotency-key': 'key' };
    await send({}, headers);
    expectRefusal(await send({ type: 'pipeline.failed' }, headers), 422, 'IDEMPOTENCY_MISMATCH');
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
