import type { FreshnessSource } from '../../upstream-apis/freshness-monitor.ts';
import { type IngestSource, ingestBatchRequest, ingestRequest } from '../../upstream-apis/knowledge-ingestor.ts';
import { spread } from '../spread.ts';
import { bodyOf, type Call, found, isoTime, type StandIn, type World } from '../stand-in.ts';
import { type WorkRow, workProgress, workState } from '../work.ts';

const service = 'knowledge-ingestor';
const ingestMs = [400, 1_200] as const;

/** Stands in for knowledge-ingestor. A source is the first ingestion of it; ingesting again adds a row about the same source. */
export const knowledgeIngestor: StandIn = {
  routes: {
    'POST /v1/ingest': (call) => {
      const request = bodyOf(ingestRequest, call);
      const row = call.accept({ kind: 'ingest', request, durationMs: ingestMs });
      return { status: 202, body: sourceOf(row, call) };
    },
    'POST /v1/ingest/batch': (call) => {
      const { documents, collection } = bodyOf(ingestBatchRequest, call);
      const request = {
        source_type: 'batch',
        collection,
        documents: documents.length,
        titles: documents.map((d) => d.title),
      };
      const row = call.accept({ kind: 'ingest', request, durationMs: ingestMs });
      return { status: 202, body: sourceOf(row, call) };
    },
    'GET /v1/sources': (call) => {
      const sources = call.world.work.list(service, 'ingest').map((row) => sourceOf(row, call));
      return { body: { sources, total: sources.length } };
    },
    'GET /v1/sources/:id': (call) => ({ body: sourceOf(rowOf(call), call) }),
    'POST /v1/sources/:id/reingest': (call) => {
      const row = rowOf(call);
      call.accept({ kind: 'reingest', subject: idOf(row), request: row.request, durationMs: ingestMs });
      return { status: 202, body: sourceOf(row, call) };
    },
    'GET /v1/stats': (call) => {
      const sources = call.world.work.list(service, 'ingest').map((row) => sourceOf(row, call));
      const byStatus = Object.groupBy(sources, (source) => source.status);
      return {
        body: {
          sources: sources.length,
          documents: sources.reduce((sum, source) => sum + source.documents, 0),
          chunks: sources.reduce((sum, source) => sum + source.chunks, 0),
          by_status: Object.fromEntries(Object.entries(byStatus).map(([status, list]) => [status, list.length])),
        },
      };
    },
  },
};

/**
 * Stands in for freshness-monitor. It watches the sources of knowledge-ingestor; one not ingested for a day, or changed since
 * it was, is stale.
 */
export const freshnessMonitor: StandIn = {
  routes: {
    'GET /v1/sources': (call) => listed(freshnessOfAll(call)),
    'GET /v1/sources/:id': (call) => ({ body: freshnessOf(rowOf(call), call) }),
    'POST /v1/sources/:id/check': (call) => {
      const row = rowOf(call);
      call.accept({ kind: 'check', subject: idOf(row), request: { source: idOf(row) } });
      return { body: freshnessOf(row, call), takesMs: [50, 200] };
    },
    'GET /v1/stale': (call) => listed(freshnessOfAll(call).filter((source) => source.state === 'stale')),
    'GET /v1/stats': (call) => {
      const sources = freshnessOfAll(call);
      const checks = sources.map((source) => source.last_checked_at ?? '').sort();
      return {
        body: {
          sources_monitored: sources.length,
          stale_sources: sources.filter((source) => source.state === 'stale').length,
          last_check: checks.at(-1) || null,
        },
      };
    },
  },
};

/** Gives a new database three sources that were ingested before, the last one long enough ago to be stale. */
export function addPresetSources(world: World, now: number): void {
  if (world.work.list(service, 'ingest').length > 0) return;
  for (const [hours, source_type, source_url] of [
    [2, 'git_repo', 'http://omni-gitea:3000/omni-admin/platform.git'],
    [5, 'url', 'http://omni-wikijs:3000/engineering-handbook'],
    [50, 'confluence', 'http://omni-wikijs:3000/incident-reviews'],
  ] as const) {
    const collection = source_type === 'git_repo' ? 'code_embeddings' : 'doc_embeddings';
    const request = { source_type, source_url, collection };
    world.work.accept({ service, kind: 'ingest', request, now: now - hours * 3_600_000, isPreset: true });
  }
}

/** Changes a source outside, so that it is stale until it is ingested again. A 404 where there is none of this id. */
export function changeSource(world: World, id: string, now: number): void {
  rowNamed(world, id);
  world.work.accept({ service: 'freshness-monitor', kind: 'change', subject: id, request: {}, now, isPreset: true });
}

/** Chunks of all completed ingestions into a collection, of each source as it was ingested last. */
export function chunksIn(collection: string, world: World, now: number): number {
  const rows = world.work.list(service, 'ingest').filter((row) => describe(row).collection === collection);
  return rows.reduce((sum, row) => sum + chunksNow(row, world, now), 0);
}

function chunksNow(row: WorkRow, world: World, now: number): number {
  const again = world.work.list(service, 'reingest', idOf(row)).filter((each) => workState(each, now) === 'done');
  return again.length > 0 ? chunksOf(row, again.length) : Math.floor(chunksOf(row, 0) * workProgress(row, now));
}

const dayMs = 86_400_000;

function describe(row: WorkRow) {
  return row.request as { source_type: string; source_url?: string; collection: string; documents?: number };
}

function idOf(row: WorkRow): string {
  return `src-${row.number}`;
}

function rowOf({ params, world }: Call): WorkRow {
  return rowNamed(world, params['id'] ?? '');
}

function rowNamed(world: World, id: string): WorkRow {
  const number = Number(id.replace('src-', ''));
  return found(Number.isInteger(number) ? world.work.find(service, 'ingest', number) : undefined, 'source');
}

/** The last ingestion of the source. */
function latestOf(row: WorkRow, world: World): WorkRow {
  return world.work.list(service, 'reingest', idOf(row)).at(-1) ?? row;
}

/** A source has a document more each time that it is ingested again. */
function documentsOf(row: WorkRow, again: number): number {
  return (describe(row).documents ?? spread(`documents ${row.number}`, 40, 200)) + again;
}

function chunksOf(row: WorkRow, again: number): number {
  return documentsOf(row, again) * spread(`chunks ${row.number}`, 4, 9);
}

const ingestStatuses = {
  waiting: 'pending',
  running: 'ingesting',
  done: 'completed',
  failed: 'failed',
  stopped: 'failed',
} as const;

function sourceOf(row: WorkRow, { world, now }: Call): IngestSource {
  const latest = latestOf(row, world);
  const status = ingestStatuses[workState(latest, now)];
  const share = workProgress(latest, now);
  const again = latest === row ? 0 : latest.ordinal;
  const { source_type, source_url, collection } = describe(row);
  return {
    id: idOf(row),
    status,
    source_type,
    source_url: source_url ?? null,
    collection,
    documents: Math.floor(documentsOf(row, again) * share),
    chunks: Math.floor(chunksOf(row, again) * share),
    created_at: isoTime(row.accepted_at),
    completed_at: status === 'completed' && latest.ends_at !== null ? isoTime(latest.ends_at) : null,
    error: status === 'failed' ? 'The source could not be cloned.' : null,
  };
}

function freshnessOfAll(call: Call): FreshnessSource[] {
  return call.world.work.list(service, 'ingest').map((row) => freshnessOf(row, call));
}

function freshnessOf(row: WorkRow, { world, now }: Call): FreshnessSource {
  const latest = latestOf(row, world);
  const check = world.work.list('freshness-monitor', 'check', idOf(row)).at(-1);
  const change = world.work.list('freshness-monitor', 'change', idOf(row)).at(-1);
  const { source_url, collection } = describe(row);
  return {
    id: idOf(row),
    state: freshnessState(latest, change, now),
    source_url: source_url ?? null,
    collection,
    last_checked_at: isoTime(check?.accepted_at ?? row.accepted_at),
    last_ingested_at: workState(latest, now) === 'done' && latest.ends_at !== null ? isoTime(latest.ends_at) : null,
    error: workState(latest, now) === 'failed' ? 'The last ingestion failed.' : null,
  };
}

function freshnessState(latest: WorkRow, change: WorkRow | undefined, now: number): FreshnessSource['state'] {
  const state = workState(latest, now);
  if (state === 'failed') return 'error';
  if (state !== 'done') return 'reingesting';
  const isChanged = change !== undefined && change.number > latest.number;
  return isChanged || now - latest.accepted_at > dayMs ? 'stale' : 'fresh';
}

function listed(sources: FreshnessSource[]) {
  return { body: { sources, total: sources.length } };
}
