import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listWebhooksContract } from '../../../functions/webhooks/contract.ts';
import { giveBack, takeSlot } from '../../../functions/webhooks/traffic.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { openWebhookApi, storedWebhook, type WebhookApi } from './webhook-api.ts';

let api: WebhookApi;
beforeEach(async () => {
  api = await openWebhookApi();
});
afterEach(() => api.close());

const path = '/api/v1/webhooks';
const request = { method: 'GET', path };
const list = (query: Record<string, string> = {}) => api.send('GET', `${path}?${new URLSearchParams(query)}`);
const idsOf = ({ body }: { body: { webhooks: { id: string }[] } }) => body.webhooks.map(({ id }) => id);

/** Stores webhooks, a second after one another, and gives their ids, newest first. */
async function stored(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    api.home.clock.advance(1000);
    ids.unshift((await storedWebhook(api.home)).id);
  }
  return ids;
}

describe('200', () => {
  it('is an empty page where there are none', async () => {
    const { status, body } = await list();
    expect([status, body]).toEqual([200, { webhooks: [], next_cursor: null }]);
  });

  it('lists the newest first, as the contract says, each as it is read by itself, 20 unless told', async () => {
    const ids = await stored(21);
    const { status, body } = await list();
    expect([status, idsOf({ body })]).toEqual([200, ids.slice(0, 20)]);
    expect(listWebhooksContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body.webhooks[0]).toEqual((await api.send('GET', `${path}/${ids[0]}`)).body);
  });

  it('goes on with the cursor to the end, each webhook once, while new ones come', async () => {
    const ids = await stored(5);
    const first = await list({ limit: '2' });
    await stored(1);
    const second = await list({ limit: '2', cursor: first.body.next_cursor });
    const third = await list({ limit: '2', cursor: second.body.next_cursor });
    expect([first, second, third].flatMap(idsOf)).toEqual(ids);
    expect(third.body.next_cursor).toBeNull();
  });

  it('shows those since a time, inclusive, also page by page', async () => {
    const ids = await stored(4);
    const since = new Date(api.home.clock.now() - 2000).toISOString();
    expect(idsOf(await list({ since }))).toEqual(ids.slice(0, 3));
    const first = await list({ since, limit: '2' });
    expect(idsOf(await list({ since, limit: '2', cursor: first.body.next_cursor }))).toEqual(ids.slice(2, 3));
  });

  it('tells of each since when it has had nothing but failures', async () => {
    const [failing = '', other] = await stored(2);
    const nowMs = api.home.clock.now();
    const { slot } = await takeSlot(api.home.backend, failing, nowMs);
    if (slot) await giveBack(api.home.backend, slot, 'fails', nowMs);
    expect((await list()).body.webhooks).toMatchObject([
      { id: failing, failing_since: new Date(nowMs).toISOString() },
      { id: other, failing_since: null },
    ]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    ['since', 'yesterday'],
    ['limit', '0'],
    ['limit', '101'],
    ['limit', 'all'],
    ['cursor', 'x'],
    ['enabled', 'true'],
  ])('is given for %s=%s', async (name, value) => {
    const answer = await list({ [name]: value });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(`query.${name}`);
  });

  it('is given for a cursor under another since', async () => {
    await stored(2);
    const { next_cursor: cursor } = (await list({ limit: '1' })).body;
    expectRefusal(await list({ cursor, since: '2025-01-01T00:00:00Z' }), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', async () => {
    const limited = await openWebhookApi({ RATE_LIMITS: 'read=3' });
    await expectLimited(limited, request, 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'webhooks'));
});
