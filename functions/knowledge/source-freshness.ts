import type { FreshnessSource } from '../../platform/upstream-apis/freshness-monitor.ts';

/** What is known of a source's freshness. Times are epoch ms. */
export interface SourceFreshness {
  isStale: boolean;
  /** When it was seen to have become so. */
  changedMs: number;
  /** What is to be published of the change to stale; null once that is done, and for a change to fresh. */
  pending: PendingChange | null;
  /** Until when it is remembered without being seen. */
  keptUntilMs: number;
}

/** What the event of a change tells of the source as it was then. */
export interface PendingChange {
  source_id: string;
  source_url: string | null;
  collection: string | null;
  last_ingested_at: string | null;
}

/** A source that is not listed for so long is forgotten; in ms. */
const keptMs = 90 * 24 * 3_600_000;

/**
 * What is known once the monitor has said this of a source; the argument itself where that changes nothing. A source that
 * is stale when it is first seen has become stale as far as anybody knows. While a source is checked, ingested or in error
 * nothing is learnt of its freshness.
 */
export function withObservation(
  before: SourceFreshness | undefined,
  source: FreshnessSource,
  nowMs: number,
): SourceFreshness | undefined {
  if (source.state !== 'fresh' && source.state !== 'stale') return before;
  const isStale = source.state === 'stale';
  const keptUntilMs = nowMs + keptMs;
  if (before?.isStale !== isStale) {
    return { isStale, changedMs: nowMs, pending: isStale ? pendingOf(source) : null, keptUntilMs };
  }
  return before.keptUntilMs - nowMs < keptMs / 2 ? { ...before, keptUntilMs } : before;
}

function pendingOf({ id, source_url, collection, last_ingested_at }: FreshnessSource): PendingChange {
  return {
    source_id: id,
    source_url: source_url ?? null,
    collection: collection ?? null,
    last_ingested_at: utcTime(last_ingested_at),
  };
}

/** A time as another service writes it, as this API does; null for what is none. */
export function utcTime(text: string | null | undefined): string | null {
  const timeMs = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString();
}
