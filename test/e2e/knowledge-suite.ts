import { describe, expect, it, vi } from 'vitest';
import type { RefreshDetailView, RefreshPreviewView } from '../../functions/knowledge/refresh-schemas.ts';
import type { KnowledgeStatusView } from '../../functions/knowledge/status-schema.ts';
import { makeStale, refresh, refreshEnded, refreshNext, refreshPath, sourcesOf } from './knowledge-calls.ts';
import { call, cause, eventsOf, type Site } from './site.ts';

/** The preset sources of the simulated platform, which no other suite touches. */
const [good, failing, hanging] = ['src-1', 'src-2', 'src-3'] as const;

/** An answer of the status is kept for 15 seconds. */
const statusMs = 45_000;

const preview = async (site: Site, body: Record<string, unknown>) =>
  (await call<RefreshPreviewView>(site, `POST ${refreshPath}`, { body: { ...body, dry_run: true } })).body;
const pointsOf = ({ collections }: RefreshDetailView) => collections[0]?.points_count ?? 0;

/** Refreshes of the knowledge layer, one at a time as they are; runs unchanged against both homes. */
export function describeKnowledge(site: () => Site): void {
  describe('the knowledge layer', { timeout: 120_000 }, () => {
    it('is refreshed although one source fails and one hangs, and one refresh runs at a time', async (test) => {
      for (const id of [good, failing, hanging]) await makeStale(site(), id);
      test.onTestFinished(await fault(site(), 'job_fails', failing));
      test.onTestFinished(await fault(site(), 'never_finishes', hanging));
      const begun = await refresh(site(), { sources: [good, failing, hanging], collections: ['code_embeddings'] });
      const other = await call<{ error: { code: string; details: object } }>(site(), `POST ${refreshPath}`, {
        body: {},
      });
      expect([other.status, other.body.error]).toMatchObject([
        409,
        { code: 'CONFLICT', details: { refresh_id: begun.refresh_id, started_at: begun.created_at } },
      ]);
      const ended = await refreshEnded(site(), begun.refresh_id);
      expect(ended).toMatchObject({
        status: 'completed_with_errors',
        counts: { checked: 3, ingested: 1, unchanged: 0, deleted: 0, errors: 2 },
        left_out: 0,
        error: null,
        collections: [{ name: 'code_embeddings', error: null }],
        caches: { invalidated: expect.any(Number), warmed: expect.any(Number), error: null },
      });
      expect(sourcesOf(ended)).toMatchObject({
        [good]: { state: 'ingested', reason: 'stale', documents: expect.any(Number), error: null },
        [failing]: { state: 'failed', error: 'The source could not be cloned.' },
        [hanging]: { state: 'failed', error: expect.stringMatching(/^It was not ingested within \d+ seconds/) },
      });
      await vi.waitFor(async () => {
        const events = await eventsOf(site(), 'type=knowledge.refreshed');
        expect(events.find(({ data }) => data['refresh_id'] === begun.refresh_id)?.data).toMatchObject({
          status: 'completed_with_errors',
          ...ended.counts,
        });
      }, 20_000);
    });

    it('is fresh after a refresh, and its points have moved', async () => {
      const first = await refreshNext(site(), {
        sources: [good],
        collections: ['code_embeddings'],
        force_reingest: true,
      });
      const before = pointsOf(await refreshEnded(site(), first.refresh_id));
      await makeStale(site(), good);
      expect(await preview(site(), { sources: [good] })).toMatchObject({
        to_ingest: 1,
        sources: [{ id: good, action: 'ingest', reason: 'stale' }],
      });
      const { refresh_id } = await refreshNext(site(), { sources: [good], collections: ['code_embeddings'] });
      const ended = await refreshEnded(site(), refresh_id);
      expect(ended).toMatchObject({ status: 'completed', counts: { ingested: 1, errors: 0 } });
      expect(pointsOf(ended)).toBeGreaterThan(before);
      expect(await preview(site(), { sources: [good] })).toMatchObject({
        to_ingest: 0,
        sources: [{ id: good, action: 'none', reason: 'fresh' }],
      });
      const { body } = await call<{ refreshes: { refresh_id: string }[] }>(site(), `GET ${refreshPath}?limit=2`);
      expect(body.refreshes.map((entry) => entry.refresh_id)).toEqual([refresh_id, first.refresh_id]);
    });

    it('has no source of another name', async () => {
      const answer = await call<{ error: { details: object[] } }>(site(), `POST ${refreshPath}`, {
        body: { sources: [good, 'nobody'] },
      });
      expect([answer.status, answer.body.error.details]).toMatchObject([400, [{ path: 'body.sources.1' }]]);
    });

    it('cannot be refreshed while the monitor is down, and nothing is started', async (test) => {
      test.onTestFinished(await cause(site(), { service: 'freshness-monitor', fault: 'error', match: '/v1/sources' }));
      const answer = await call<{ error: { code: string } }>(site(), `POST ${refreshPath}`, { body: {} });
      expect([answer.status, answer.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    });

    it('tells its status, with what is unhealthy while Neo4j is down', async (test) => {
      const status = () => call<KnowledgeStatusView>(site(), 'GET /api/v1/knowledge/status');
      test.onTestFinished(await cause(site(), { service: 'neo4j-graphrag-api', fault: 'not_ready' }));
      await vi.waitFor(
        async () => {
          const { status: code, body } = await status();
          expect(code).toBe(200);
          expect(body.neo4j).toEqual({ status: 'unhealthy', patterns: null, relationships: null });
          expect(body.qdrant).toMatchObject({ status: 'healthy', collections: 4, total_points: expect.any(Number) });
          expect(body.wiki).toMatchObject({ status: 'healthy', last_sync: '2025-01-15T10:00:00.000Z' });
          expect(body.semantic_cache.status).toBe('healthy');
          expect(body.freshness.sources_monitored).toBeGreaterThanOrEqual(3);
        },
        { timeout: statusMs, interval: 500 },
      );
    });
  });
}

/** What a check of freshness announces. For the home that checks when it starts, before another suite touches the sources. */
export function describeStaleSources(site: () => Site): void {
  it('a source that is stale when the orchestrator starts is announced', async () => {
    await vi.waitFor(async () => {
      const events = await eventsOf(site(), 'type=knowledge.source.stale');
      expect(events.at(-1)?.data).toMatchObject({
        source_id: hanging,
        source_url: 'http://omni-wikijs:3000/incident-reviews',
        collection: 'doc_embeddings',
      });
    }, 20_000);
  });
}

/** What comes of ingesting this source again. Gives what ends it. */
function fault(site: Site, kind: 'job_fails' | 'never_finishes', id: string): Promise<() => Promise<void>> {
  return cause(site, { service: 'knowledge-ingestor', fault: kind, match: `/v1/sources/${id}/reingest` });
}
