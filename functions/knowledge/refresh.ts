import type { EndStatus, RefreshCounts, RefreshRequest, RefreshStatus } from './refresh-schemas.ts';
import type { SourceRun } from './source-run.ts';

/** The collections of the platform, which are checked where a request names none. */
export const platformCollections = ['code_embeddings', 'doc_embeddings', 'conversation_memory', 'pattern_cache'];

/** How the vector store has a collection after the sources were ingested. */
export interface CollectionCheck {
  name: string;
  /** Null where it could not be read, or the store does not know. */
  pointsCount: number | null;
  error: string | null;
}

/** What became of the semantic cache. Null: not done, or not yet. */
export interface CacheRebuild {
  invalidated: number | null;
  warmed: number | null;
  error: string | null;
}

/** What a refresh was decided to do. Its sources stand in items of their own, numbered from 1 on. */
export interface StoredPlan {
  /** Names the items that are this plan's: an attempt that was cut short may have left others. */
  id: string;
  /** Items of sources that are ingested again: the first ones. */
  ingestCount: number;
  checked: number;
  unchanged: number;
  leftOut: number;
}

/** A refresh of the knowledge layer. Times are epoch ms. */
export interface Refresh {
  id: string;
  status: RefreshStatus;
  request: RefreshRequest;
  /** Null until it is decided. */
  plan: StoredPlan | null;
  /** Null until they are checked. */
  collections: CollectionCheck[] | null;
  caches: CacheRebuild;
  /** What became of its sources; null until it has ended. */
  counts: RefreshCounts | null;
  /** Why it failed as a whole. */
  error: { code: string; message: string } | null;
  createdMs: number;
  completedMs: number | null;
  /** Set until its end is published and the next one may begin: what the index of unfinished ones goes by. */
  unfinished?: 'refresh';
  /** Counts the writes; each is made on the revision that was read. */
  writes: number;
}

/** Why a refresh broke off. */
export interface Breakage {
  code: 'SERVICE_UNAVAILABLE' | 'INTERNAL';
  message: string;
}

/** A refresh that has been asked for, as old as its id. */
export function newRefresh(id: string, request: RefreshRequest, createdMs: number): Refresh {
  return {
    id,
    status: 'running',
    request,
    plan: null,
    collections: null,
    caches: { invalidated: null, warmed: null, error: null },
    counts: null,
    error: null,
    createdMs,
    completedMs: null,
    unfinished: 'refresh',
    writes: 0,
  };
}

/** The refresh with its plan; the first plan that is stored counts. */
export function withPlan(refresh: Refresh, plan: StoredPlan): Refresh {
  return refresh.status !== 'running' || refresh.plan ? refresh : { ...refresh, plan };
}

/** The refresh with its collections checked; one that has ended stays as it is. */
export function withCollections(refresh: Refresh, collections: CollectionCheck[]): Refresh {
  return refresh.status === 'running' ? { ...refresh, collections } : refresh;
}

/** The refresh with what became of the caches; one that has ended stays as it is. */
export function withCaches(refresh: Refresh, caches: Partial<CacheRebuild>): Refresh {
  return refresh.status === 'running' ? { ...refresh, caches: { ...refresh.caches, ...caches } } : refresh;
}

/** What became of the sources of a refresh so far. */
export function countsOf({ plan }: Pick<Refresh, 'plan'>, sources: readonly SourceRun[]): RefreshCounts {
  const count = (state: SourceRun['state']) => sources.filter((source) => source.state === state).length;
  return {
    checked: plan?.checked ?? 0,
    ingested: count('ingested'),
    unchanged: plan?.unchanged ?? 0,
    deleted: count('deleted'),
    errors: count('failed'),
  };
}

/** The refresh once it has ended, its end still to be published; one that has ended stays as it is. */
export function withEnd(
  refresh: Refresh,
  sources: readonly SourceRun[],
  { breakage, nowMs }: { breakage: Breakage | undefined; nowMs: number },
): Refresh {
  if (refresh.status !== 'running') return refresh;
  const counts = countsOf(refresh, sources);
  const error = breakage ?? (isNothingDone(refresh, counts) ? allFailed : null);
  return { ...refresh, status: error ? 'failed' : endStatus(refresh, counts), counts, error, completedMs: nowMs };
}

/** The refresh once its end is published and the next one may begin. */
export function withNothingLeft(refresh: Refresh): Refresh {
  const { unfinished, ...rest } = refresh;
  return unfinished ? rest : refresh;
}

const allFailed = {
  code: 'SOURCES_FAILED',
  message: 'None of the sources could be ingested; each says why.',
};

function isNothingDone({ plan }: Refresh, { errors }: RefreshCounts): boolean {
  return plan !== null && plan.ingestCount > 0 && errors === plan.ingestCount;
}

function endStatus({ collections, caches }: Refresh, { errors }: RefreshCounts): EndStatus {
  const isFlawed = errors > 0 || caches.error !== null || collections?.some(({ error }) => error !== null);
  return isFlawed ? 'completed_with_errors' : 'completed';
}
