import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listKnowledgeRefreshesContract } from '../../../functions/knowledge/contract.ts';
import type { Refresh } from '../../../functions/knowledge/refresh.ts';
import { changeRefresh } from '../../../functions/knowledge/refresh-store.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { type KnowledgeApi, openKnowledgeApi } from './knowledge-api.ts';
import { letGo, refreshPath as path, runRefresh, storedRefresh } from './knowledge-home.ts';

let api: KnowledgeApi;
beforeEach(async () => {
  api = await openKnowledgeApi();
});
afterEach(() => api.close());

const request = { method: 'GET', path };
const list = (query: Record<string, string> = {}) => api.send('GET', `${path}?${new URLSearchParams(query)}`);
const idsOf = ({ body }: { body: { refreshes: { refresh_id: string }[] } }) =>
  body.refreshes.map(({ refresh_id }) => refresh_id);

async function stored(status: Refresh['status'] = 'completed'): Promise<string> {
  const refresh = await storedRefresh(api.home);
  await changeRefresh(api.home.backend, refresh.id, (now) => ({ ...now, status }));
  await letGo(api.home, refresh);
  return refresh.id;
}

describe('200', () => {
  it('is an empty page where there are none', async () => {
    const { status, body } = await list();
    expect([status, body]).toEqual([200, { refreshes: [], next_cursor: null }]);
  });

  it('lists the newest first, as the contract says, 20 unless told', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 21; index += 1) ids.unshift(await stored());
    const { status, body } = await list();
    expect([status, idsOf({ body })]).toEqual([200, ids.slice(0, 20)]);
    expect(listKnowledgeRefreshesContract.answers.ok.body.parse(body)).toEqual(body);
  });

  it('shows each with its counts once it has ended', async () => {
    const running = await storedRefresh(api.home);
    expect((await list()).body.refreshes).toMatchObject([{ refresh_id: running.id, status: 'running', counts: null }]);
    await runRefresh(api.home, running);
    expect((await list()).body.refreshes).toMatchObject([
      { status: 'completed', counts: { checked: 2, ingested: 1, unchanged: 1, deleted: 0, errors: 0 }, left_out: 0 },
    ]);
  });

  it('filters by status, by since inclusive, and by both', async () => {
    const a = await stored('failed');
    const b = await stored('failed');
    const since = new Date(api.home.clock.now()).toISOString();
    const c = await stored();
    expect(idsOf(await list({ status: 'failed' }))).toEqual([b, a]);
    expect(idsOf(await list({ since }))).toEqual([c, b]);
    expect(idsOf(await list({ since, status: 'failed' }))).toEqual([b]);
    expect(idsOf(await list({ status: 'running' }))).toEqual([]);
  });

  it('goes on with the cursor to the end under a filter, each once, while new ones come', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.unshift(await stored('failed'));
      await stored();
    }
    const query = { status: 'failed', limit: '2' };
    const first = await list(query);
    await stored('failed');
    const second = await list({ ...query, cursor: first.body.next_cursor });
    const third = await list({ ...query, cursor: second.body.next_cursor });
    expect([first, second, third].flatMap(idsOf)).toEqual(ids);
    expect(third.body.next_cursor).toBeNull();
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    [{ limit: '0' }, 'query.limit'],
    [{ limit: '101' }, 'query.limit'],
    [{ since: 'yesterday' }, 'query.since'],
    [{ cursor: 'x' }, 'query.cursor'],
    [{ status: 'pending' }, 'query.status'],
    [{ source: 'a' }, 'query.source'],
  ])('is given for a wrong parameter (%#)', async (query, field) => {
    const answer = await list(query as unknown as Record<string, string>);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(field);
  });

  it('is given for a cursor of another query', async () => {
    await stored();
    await stored();
    const { body } = await list({ limit: '1' });
    expectRefusal(await list({ status: 'running', cursor: body.next_cursor }), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', async () => {
    const limited = await openKnowledgeApi({ RATE_LIMITS: 'read=3' });
    await expectLimited(limited, request, 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'knowledge'));
});
