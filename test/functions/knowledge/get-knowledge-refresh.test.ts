import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getKnowledgeRefreshContract } from '../../../functions/knowledge/contract.ts';
import { ingestSource } from '../../../functions/knowledge/tasks/ingest-source.ts';
import { planRefresh } from '../../../functions/knowledge/tasks/plan-refresh.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { type KnowledgeApi, openKnowledgeApi } from './knowledge-api.ts';
import { refreshPath, runRefresh, storedRefresh, unknownRefresh } from './knowledge-home.ts';
import { source } from './scripted-knowledge.ts';

let api: KnowledgeApi;
beforeEach(async () => {
  api = await openKnowledgeApi();
});
afterEach(() => api.close());

const pathOf = (id: string) => `${refreshPath}/${id}`;
const get = (id: string) => api.send('GET', pathOf(id));
const request = { method: 'GET', path: pathOf(unknownRefresh) };
const iso = (timeMs: number | null) => new Date(timeMs ?? Number.NaN).toISOString();

describe('200', () => {
  it('shows a refresh that has just been asked for', async () => {
    const { id, createdMs } = await storedRefresh(api.home);
    const answer = await get(id);
    expect(answer.status).toBe(200);
    expect(getKnowledgeRefreshContract.answers.ok.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toEqual({
      refresh_id: id,
      status: 'running',
      request: { sources: ['all'], force_reingest: false, rebuild_cache: true, collections: null },
      counts: { checked: 0, ingested: 0, unchanged: 0, deleted: 0, errors: 0 },
      left_out: null,
      error: null,
      created_at: iso(createdMs),
      completed_at: null,
      duration_ms: null,
      sources: [],
      collections: [],
      caches: { invalidated: null, warmed: null, error: null },
    });
  });

  it('shows each source as it is while the refresh runs, and counts them so far', async () => {
    api.knowledge.sources.set('src-3', source({ state: 'stale', fate: 'gone' }));
    const { id } = await storedRefresh(api.home);
    await planRefresh.run({ refresh_id: id }, api.home);
    for (const number of [1, 2]) await ingestSource.run({ refresh_id: id, source: number }, api.home);
    const { body } = await get(id);
    expect(body).toMatchObject({
      counts: { checked: 3, ingested: 0, unchanged: 1, deleted: 1, errors: 0 },
      left_out: 0,
    });
    expect(body.sources.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
      ['src-2', 'ingesting'],
      ['src-3', 'deleted'],
      ['src-1', 'unchanged'],
    ]);
  });

  it('shows what became of all of it', async () => {
    api.knowledge.sources.set('src-3', source({ state: 'stale', fate: 'failed' }));
    const refresh = await storedRefresh(api.home, { collections: ['doc_embeddings'] });
    const { completedMs } = await runRefresh(api.home, refresh);
    const { body } = await get(refresh.id);
    expect(getKnowledgeRefreshContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      status: 'completed_with_errors',
      counts: { checked: 2, ingested: 1, unchanged: 0, deleted: 0, errors: 1 },
      completed_at: iso(completedMs),
      duration_ms: (completedMs ?? 0) - refresh.createdMs,
      sources: [
        { id: 'src-2', state: 'ingested', reason: 'stale', documents: 40, chunks: 200, error: null },
        { id: 'src-3', state: 'failed', documents: null, chunks: null, error: 'The source could not be cloned.' },
      ],
      collections: [{ name: 'doc_embeddings', points_count: 10, error: null }],
      caches: { invalidated: 7, warmed: 5, error: null },
    });
  });

  it('leaves the caches alone where they were not to be rebuilt', async () => {
    const refresh = await storedRefresh(api.home, { rebuild_cache: false });
    await runRefresh(api.home, refresh);
    expect((await get(refresh.id)).body).toMatchObject({
      status: 'completed',
      caches: { invalidated: null, warmed: null, error: null },
    });
    expect(api.knowledge.count('semantic-cache DELETE /v1/cache/invalidate')).toBe(0);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each(['x', 'ref_1', unknownRefresh.toUpperCase(), unknownRefresh.replace('ref', 'op')])(
    'is given for what is no id of a refresh: %s',
    async (id) => {
      const answer = await get(id);
      expectRefusal(answer, 400, 'VALIDATION_ERROR');
      expect(answer.body.error.details[0].path).toBe('path.refresh_id');
    },
  );
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no refresh has', async () => {
    expectRefusal(await get(unknownRefresh), 404, 'NOT_FOUND');
  });

  it('is given after 90 days', async () => {
    const { id } = await storedRefresh(api.home);
    api.home.clock.advance(90 * 24 * 3_600_000 - 1000);
    expect((await get(id)).status).toBe(200);
    api.home.clock.advance(2000);
    expectRefusal(await get(id), 404, 'NOT_FOUND');
  });
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
