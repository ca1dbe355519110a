import { type CountMeasure, countMeasures } from '../../../platform/measures/measure-rules.ts';
import type { MeasuredTotals } from '../../../platform/measures/read-measures.ts';
import { type LatencyDelta, latencyDelta } from './latency-delta.ts';

/** What a service did between two scrapes. A measure that is not known is absent; one of which nothing happened is 0. */
export interface ReadingDelta {
  /** Whole numbers, none below 0; money is millionths of its unit. */
  counts: Partial<Record<CountMeasure, number>>;
  latency?: LatencyDelta;
}

/** A reading and when it was made, in epoch ms. */
export interface TimedReading {
  atMs: number;
  reading: MeasuredTotals;
}

/**
 * What happened between two scrapes. After a restart everything counts that was counted since, and a measure that the
 * service exposes for the first time counts from 0. What is known in another way than before counts from now on, as what
 * the service did before that was none of the time between.
 */
export function readingDelta(before: TimedReading, after: MeasuredTotals): ReadingDelta {
  const { reading: old } = before;
  const restarted = isRestarted(before, after);
  const delta: ReadingDelta = { counts: {} };
  for (const measure of countMeasures) {
    const now = after.counts[measure];
    const base = baseOf(old.counts[measure], now, { restarted, old, after });
    if (now && base !== undefined) delta.counts[measure] = Math.max(0, now.total - (base?.total ?? 0));
  }
  const base = baseOf(old.latency, after.latency, { restarted, old, after });
  if (after.latency && base !== undefined) delta.latency = latencyDelta(base, after.latency);
  return delta;
}

/**
 * What the next scrape is compared with: this one, and of a measure that a running service does not expose just now what it
 * exposed last, so that it does not count anew when it comes back.
 */
export function comparedNext(before: TimedReading | undefined, after: MeasuredTotals): MeasuredTotals {
  if (!before || before.reading.waysId !== after.waysId || isRestarted(before, after)) return after;
  const { counts, latency } = before.reading;
  return { ...(latency ? { latency } : {}), ...after, counts: { ...counts, ...after.counts } };
}

/**
 * Whether the service began to count anew. A process that tells when it started is believed. Of one that does not, or whose
 * start moved in a way that no restart explains, it shows by a count that fell. One that is gone shows it only where no other
 * count went on: to take half an answer for a restart would count again all that the service ever did.
 */
function isRestarted({ atMs, reading: old }: TimedReading, after: MeasuredTotals): boolean {
  const movedMs = (after.startedMs ?? Number.NaN) - (old.startedMs ?? Number.NaN);
  if (movedMs > 0 && (after.startedMs ?? 0) > atMs) return true;
  if (Math.abs(movedMs) <= startJitterMs) return false;
  if (movedMs > 0 && (after.startedMs ?? 0) > atMs - clockSkewMs) return true;
  const isSameMapping = old.waysId === after.waysId;
  const pairs = countMeasures.map((measure) => ({
    was: totalOf(old.counts[measure]),
    is: totalOf(after.counts[measure]),
  }));
  const latency = { was: totalOf(old.latency), is: totalOf(after.latency) };
  const counted = [...pairs, latency].flatMap(({ was, is }) => (was && was.total > 0 ? [{ was, is }] : []));
  const compared = counted.flatMap(({ was, is }) => (is?.wayId === was.wayId ? [is.total - was.total] : []));
  if (compared.length > 0) return compared.some((grownBy) => grownBy < 0);
  return isSameMapping && counted.length > 0;
}

/** Some libraries derive the start from the machine's boot, which moves when its clock is set right. */
const startJitterMs = 2_000;

/** The start is told by the clock of the service, and a later one than the last scrape is a restart even if that goes slow. */
const clockSkewMs = 5 * 60_000;

function totalOf(
  known: { wayId: string; total: number } | { wayId: string; count: number } | undefined,
): { wayId: string; total: number } | undefined {
  return known && { wayId: known.wayId, total: 'total' in known ? known.total : known.count };
}

/** What is to be taken from a total: null for nothing, and undefined where the total says nothing of the time between. */
function baseOf<Known extends { wayId: string }>(
  was: Known | undefined,
  is: Known | undefined,
  { restarted, old, after }: { restarted: boolean; old: MeasuredTotals; after: MeasuredTotals },
): Known | null | undefined {
  if (restarted) return null;
  if (!was) return old.waysId === after.waysId ? null : undefined;
  return was.wayId === is?.wayId ? was : undefined;
}
