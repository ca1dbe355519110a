import type { Sample } from '../exposition/sample.ts';
import { addedLatencies, type CumulativeLatency } from './cumulative-latency.ts';
import type { MeasureSource } from './measure-rules.ts';
import { type SeriesByName, seriesOf, sumOf } from './series.ts';

/**
 * The latency that a histogram or a summary tells, over all its series that match; undefined where the service does not
 * expose it with a count and a sum. Of a summary the distribution is not known, as its quantiles cannot be added.
 */
export function readLatency(all: SeriesByName, source: MeasureSource): CumulativeLatency | undefined {
  const part = (suffix: string) => seriesOf(all, { ...source, metric: `${source.metric}${suffix}` });
  const sums = part('_sum');
  const counts = part('_count');
  const buckets = part('_bucket') ?? [];
  if (!sums || !(counts || buckets.length > 0)) return undefined;
  const unitMs = unitOf(source) === 'ms' ? 1 : 1000;
  const histograms = [...Map.groupBy(buckets, seriesKey).values()].map((of) => histogram(of, unitMs));
  const added = addedLatencies(histograms);
  const count = Math.max(Math.round(counts ? sumOf(counts) : added.count), added.buckets?.counts.at(-1) ?? 0);
  return { count, sumMs: Math.round(sumOf(sums) * unitMs), buckets: added.buckets };
}

function unitOf({ metric, unit }: MeasureSource): 's' | 'ms' {
  return unit ?? (/_(ms|milliseconds)$/.test(metric) ? 'ms' : 's');
}

/** Buckets that are the same but for their bounds are one histogram. */
function seriesKey({ labels }: Sample): string {
  return JSON.stringify(
    Object.entries(labels)
      .filter(([label]) => label !== 'le')
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function histogram(buckets: readonly Sample[], unitMs: number): CumulativeLatency {
  const pairs = buckets
    .map(({ labels, value }) => ({ boundMs: boundMsOf(labels['le'], unitMs), count: Math.round(value) }))
    .filter(({ boundMs }) => !Number.isNaN(boundMs))
    .sort((one, other) => one.boundMs - other.boundMs);
  const finite = pairs.filter(({ boundMs }) => Number.isFinite(boundMs));
  const boundsMs = finite.map(({ boundMs }) => boundMs);
  const counts = risen(finite.map(({ count }) => count));
  const count = Math.max(pairs.at(-1)?.count ?? 0, counts.at(-1) ?? 0);
  return { count, sumMs: 0, buckets: boundsMs.length > 0 ? { boundsMs, counts } : null };
}

/** To twelve digits, so that 0.0075 s are 7.5 ms. */
function boundMsOf(bound: string | undefined, unitMs: number): number {
  if (bound === '+Inf') return Number.POSITIVE_INFINITY;
  return Number((Number(bound ?? Number.NaN) * unitMs).toPrecision(12));
}

/** A scrape that falls into an observation can see a bucket counted and the next one not yet. */
function risen(counts: readonly number[]): number[] {
  let highest = 0;
  return counts.map((count) => {
    highest = Math.max(highest, count);
    return highest;
  });
}
