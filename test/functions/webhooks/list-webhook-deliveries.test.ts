import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listWebhookDeliveriesContract } from '../../../functions/webhooks/contract.ts';
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
let path: string;
beforeEach(async () => {
  api = await openWebhookApi();
  webhook = (await storedWebhook(api.home)).id;
  path = `/api/v1/webhooks/${webhook}/deliveries`;
});
afterEach(() => api.close());

const request = () => ({ method: 'GET', path });
const list = (query: Record<string, string> = {}) => api.send('GET', `${path}?${new URLSearchParams(query)}`);
const idsOf = ({ body }: { body: { deliveries: { id: string }[] } }) => body.deliveries.map(({ id }) => id);

async function stored(fields: Parameters<typeof storedDelivery>[2] = {}): Promise<string> {
  return (await storedDelivery(api.home, webhook, fields)).id;
}

describe('200', () => {
  it('is an empty page where there are none', async () => {
    const { status, body } = await list();
    expect([status, body]).toEqual([200, { deliveries: [], next_cursor: null }]);
  });

  it('lists the newest first, as the contract says, without what is sent, 20 unless told', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 21; index += 1) ids.unshift(await stored());
    const { status, body } = await list();
    expect([status, idsOf({ body })]).toEqual([200, ids.slice(0, 20)]);
    expect(listWebhookDeliveriesContract.answers.ok.body.parse(body)).toEqual(body);
    const { body: _, ...byItself } = (await api.send('GET', `${path}/${ids[0]}`)).body;
    expect(body.deliveries[0]).toEqual(byItself);
  });

  it('lists those of this webhook only', async () => {
    const other = await storedWebhook(api.home, { seed: 1 });
    await storedDelivery(api.home, other.id);
    const id = await stored();
    expect(idsOf(await list())).toEqual([id]);
  });

  it('filters by status, by since inclusive, and by both', async () => {
    const a = await stored({ status: 'delivered' });
    const b = await stored({ status: 'delivered' });
    const since = new Date(api.home.clock.now()).toISOString();
    const c = await stored({ status: 'dead_lettered' });
    expect(idsOf(await list({ status: 'delivered' }))).toEqual([b, a]);
    expect(idsOf(await list({ since }))).toEqual([c, b]);
    expect(idsOf(await list({ since, status: 'delivered' }))).toEqual([b]);
    expect(idsOf(await list({ status: 'cancelled' }))).toEqual([]);
  });

  it('goes on with the cursor to the end under a filter, each delivery once, while new ones come', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.unshift(await stored({ status: 'failed' }));
      await stored();
    }
    const query = { status: 'failed', limit: '2' };
    const first = await list(query);
    await stored({ status: 'failed' });
    const second = await list({ ...query, cursor: first.body.next_cursor });
    const third = await list({ ...query, cursor: second.body.next_cursor });
    expect([first, second, third].flatMap(idsOf)).toEqual(ids);
    expect(third.body.next_cursor).toBeNull();
  });

  it('no longer shows a delivery after 30 days', async () => {
    await stored();
    api.home.clock.advance(30 * 24 * 3_600_000 - 1000);
    expect(idsOf(await list())).toHaveLength(1);
    api.home.clock.advance(1000);
    expect(idsOf(await list())).toHaveLength(0);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    ['status', 'lost'],
    ['type', 'pipeline.completed'],
    ['since', 'yesterday'],
    ['limit', '101'],
    ['cursor', 'x'],
    ['event_id', 'x'],
  ])('is given for %s=%s', async (name, value) => {
    const answer = await list({ [name]: value });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(`query.${name}`);
  });

  it('is given for a cursor under other filters', async () => {
    await stored();
    await stored();
    const { next_cursor: cursor } = (await list({ limit: '1' })).body;
    expectRefusal(await list({ cursor, status: 'pending' }), 400, 'VALIDATION_ERROR');
  });

  it.each(['x', unknownDelivery])('is given for what is no id of a webhook: %s', async (id) => {
    const answer = await api.send('GET', `/api/v1/webhooks/${id}/deliveries`);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('path.id');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no webhook has', async () => {
    expectRefusal(await api.send('GET', `/api/v1/webhooks/${unknownWebhook}/deliveries`), 404, 'NOT_FOUND');
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
