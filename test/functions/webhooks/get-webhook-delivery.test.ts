import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getWebhookDeliveryContract } from '../../../functions/webhooks/contract.ts';
import type { Delivery } from '../../../functions/webhooks/delivery.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import {
  openWebhookApi,
  storedDelivery,
  storedWebhook,
  unknownDelivery,
  unknownWebhook,
  type WebhookApi,
} from './webhook-api.ts';

let api: WebhookApi;
let webhook: string;
beforeEach(async () => {
  api = await openWebhookApi();
  webhook = (await storedWebhook(api.home)).id;
});
afterEach(() => api.close());

const pathOf = (of: string, id: string) => `/api/v1/webhooks/${of}/deliveries/${id}`;
const get = (of: string, id: string) => api.send('GET', pathOf(of, id));
const request = () => ({ method: 'GET', path: pathOf(webhook, unknownDelivery) });
const iso = (timeMs: number) => new Date(timeMs).toISOString();

describe('200', () => {
  it('shows a delivery that waits for its first try, with what is sent', async () => {
    const { id, eventId, body, createdMs } = await storedDelivery(api.home, webhook);
    const answer = await get(webhook, id);
    expect(answer.status).toBe(200);
    expect(getWebhookDeliveryContract.answers.ok.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toEqual({
      id,
      webhook_id: webhook,
      event_id: eventId,
      event_type: 'pipeline.completed',
      test: false,
      status: 'pending',
      reason: null,
      attempts_total: 0,
      attempts: [],
      created_at: iso(createdMs),
      next_attempt_at: iso(createdMs),
      finished_at: null,
      body,
    });
  });

  it('shows of each attempt when it was, how long it took, and the answer or why there was none', async () => {
    const startedMs = api.home.clock.now();
    const refused = { startedMs, durationMs: 12, status: 500, error: null, response: 'Oh no', isTruncated: true };
    const silent = {
      startedMs,
      durationMs: 15_000,
      status: null,
      error: 'nothing',
      response: null,
      isTruncated: false,
    };
    const over: Partial<Delivery> = { status: 'cancelled', reason: 'why', nextAttemptMs: null, finishedMs: startedMs };
    const { id } = await storedDelivery(api.home, webhook, { ...over, attempts: [refused, silent], attemptsTotal: 7 });
    const { body } = await get(webhook, id);
    expect(getWebhookDeliveryContract.answers.ok.body.parse(body)).toEqual(body);
    const started_at = iso(startedMs);
    expect(body).toMatchObject({
      status: 'cancelled',
      reason: 'why',
      next_attempt_at: null,
      finished_at: started_at,
      attempts_total: 7,
      attempts: [
        { started_at, duration_ms: 12, status: 500, error: null, response: 'Oh no', response_truncated: true },
        { started_at, duration_ms: 15_000, status: null, error: 'nothing', response: null, response_truncated: false },
      ],
    });
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    ['x', unknownDelivery, 'path.id'],
    [unknownWebhook, 'x', 'path.delivery_id'],
    [unknownWebhook, unknownWebhook, 'path.delivery_id'],
  ])('is given for what is no id: %s %s', async (of, id, path) => {
    const answer = await get(of, id);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(path);
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no delivery has, or no webhook', async () => {
    const answer = await get(webhook, unknownDelivery);
    expectRefusal(answer, 404, 'NOT_FOUND');
    expect(answer.body.error.message).toBe('There is no delivery of this id to this webhook.');
    const { id } = await storedDelivery(api.home, webhook);
    expectRefusal(await get(unknownWebhook, id), 404, 'NOT_FOUND');
  });

  it('is given for a delivery to another webhook', async () => {
    const other = await storedWebhook(api.home, { seed: 1 });
    const { id } = await storedDelivery(api.home, other.id);
    expectRefusal(await get(webhook, id), 404, 'NOT_FOUND');
  });

  it('is given after 30 days', async () => {
    const { id } = await storedDelivery(api.home, webhook);
    api.home.clock.advance(30 * 24 * 3_600_000);
    expectRefusal(await get(webhook, id), 404, 'NOT_FOUND');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', async () => {
    const limited = await openWebhookApi({ RATE_LIMITS: 'read=3' });
    await expectLimited(limited, request(), 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request(), 'deliveries'));
});
