import type { RefreshRequest } from './refresh-schemas.ts';
import { type SourceReason, sourcesMax } from './source-run.ts';

/** A source as freshness-monitor has it, or, with a state of null, as knowledge-ingestor alone does. */
export interface KnownSource {
  id: string;
  sourceUrl: string | null;
  collection: string | null;
  state: 'fresh' | 'stale' | 'checking' | 'reingesting' | 'error' | null;
  /** When it was last ingested, as an ISO 8601 timestamp in UTC; null where it never was, or nobody knows. */
  ingestedAt: string | null;
}

/** A source with what a refresh does about it, and why. */
export interface PlannedSource extends Pick<KnownSource, 'id' | 'sourceUrl' | 'collection'> {
  state: 'pending' | 'unchanged' | 'deleted' | 'left_out';
  reason: SourceReason;
}

export interface RefreshPlan {
  /** Those to be ingested come first, then those that are gone or left out, then as many of the unchanged as are shown. */
  sources: PlannedSource[];
  ingestCount: number;
  checked: number;
  unchanged: number;
  leftOut: number;
}

/** Most sources that a refresh shows: few enough to be read at once, and more than a platform has. */
export const sourcesShownMax = 200;

/** Decides what a request comes to, given all the sources that there are. */
export function planRefresh(known: readonly KnownSource[], request: RefreshRequest): RefreshPlan {
  const chosen = chooseSources(known, request);
  const decided = chosen.found.toSorted(byTurn).map((source) => decide(source, request.force_reingest));
  const pending = decided.filter(({ state }) => state === 'pending');
  const unchanged = decided.filter(({ state }) => state === 'unchanged');
  const leftOut = pending.slice(sourcesMax).map((source) => ({ ...source, state: 'left_out' as const }));
  const toIngest = pending.slice(0, sourcesMax);
  return {
    sources: [...toIngest, ...chosen.missing.map(gone), ...leftOut, ...unchanged].slice(0, sourcesShownMax),
    ingestCount: toIngest.length,
    checked: chosen.found.length + chosen.missing.length,
    unchanged: unchanged.length,
    leftOut: leftOut.length,
  };
}

/** Whether a name of a request is this source's: its id or its URL. */
export function isNamed({ id, sourceUrl }: KnownSource, name: string): boolean {
  return name === id || name === sourceUrl;
}

/** Whether a request is about every source. */
export function isAboutAll({ sources }: Pick<RefreshRequest, 'sources'>): boolean {
  return sources.length === 1 && sources[0] === 'all';
}

/** A source is chosen once, however often it is named. Collections narrow down `all`; what is named is taken as it is. */
function chooseSources(known: readonly KnownSource[], request: RefreshRequest) {
  const { sources: names, collections } = request;
  if (isAboutAll(request)) {
    const isWanted = ({ collection }: KnownSource) => !collections || collections.includes(collection ?? '');
    return { found: known.filter(isWanted), missing: [] };
  }
  return {
    found: known.filter((source) => names.some((name) => isNamed(source, name))),
    missing: [...new Set(names)].filter((name) => !known.some((source) => isNamed(source, name))),
  };
}

/**
 * What waited longest comes first, so that what one refresh leaves out is what the next one takes. Those that are in error, or
 * that the ingestor is at, come last: they may stay so, and would keep the others out for ever.
 */
function byTurn(one: KnownSource, other: KnownSource): number {
  return turnOf(one) - turnOf(other) || (one.ingestedAt ?? '').localeCompare(other.ingestedAt ?? '');
}

function turnOf({ state }: KnownSource): number {
  return state === 'error' || state === 'reingesting' ? 1 : 0;
}

function decide({ id, sourceUrl, collection, state }: KnownSource, isForced: boolean): PlannedSource {
  const isIngested = isForced || state === 'stale' || state === 'error';
  const reason = isForced || state === null ? 'forced' : state;
  return { id, sourceUrl, collection, state: isIngested ? 'pending' : 'unchanged', reason };
}

/** A name that no source has any more. */
function gone(name: string): PlannedSource {
  return { id: name, sourceUrl: null, collection: null, state: 'deleted', reason: 'not_found' };
}
