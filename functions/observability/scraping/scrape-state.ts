import type { MeasuredTotals } from '../../../platform/measures/read-measures.ts';
import { comparedNext, type ReadingDelta, readingDelta, type TimedReading } from './reading-delta.ts';

/** What is kept of the scrapes of one service. Times are epoch ms. */
export interface ScrapeState {
  /** Grows with every write. */
  revision: number;
  /** What the next scrape is compared with; null before the first. */
  last: TimedReading | null;
  /** What the last scrape found, which may not have been recorded yet; null where that is nothing. */
  pending: PendingDelta | null;
  /** Why it cannot be scraped, and since when; null: it can. */
  failure: ScrapeFailure | null;
}

export interface PendingDelta {
  /** Of the write that stored it. */
  revision: number;
  /** The middle of the time that it covers, so that a scrape on the minute counts to the minute before. */
  atMs: number;
  delta: ReadingDelta;
}

export interface ScrapeFailure {
  /** What kind of failure it is; another message alone is none that is new. */
  kind: string;
  message: string;
  sinceMs: number;
}

export const neverScraped: ScrapeState = { revision: 0, last: null, pending: null, failure: null };

/** After a scrape. The first one ever only says what the next is compared with. */
export function withReading(before: ScrapeState, { atMs, reading }: TimedReading): ScrapeState {
  const revision = before.revision + 1;
  const { last } = before;
  if (!last) return { revision, last: { atMs, reading }, pending: null, failure: null };
  const delta = readingDelta(last, reading);
  const middleMs = Math.round((Math.min(last.atMs, atMs) + atMs) / 2);
  return {
    revision,
    last: { atMs, reading: comparedNext(last, reading) },
    pending: isEmpty(delta) ? null : { revision, atMs: middleMs, delta },
    failure: null,
  };
}

/** After a scrape that failed: nothing else changes. The same state where it failed in the same way before. */
export function withFailure(before: ScrapeState, { atMs, kind, message }: FailedScrape): ScrapeState {
  if (before.failure?.kind === kind) return before;
  const sinceMs = before.failure?.sinceMs ?? atMs;
  return { ...before, revision: before.revision + 1, failure: { kind, message, sinceMs } };
}

export interface FailedScrape {
  atMs: number;
  kind: string;
  message: string;
}

/** For what is known of a service as a reading: none where it was never scraped. */
export function readingBefore({ last }: ScrapeState): MeasuredTotals | undefined {
  return last?.reading;
}

function isEmpty({ counts, latency }: ReadingDelta): boolean {
  return Object.keys(counts).length === 0 && latency === undefined;
}
