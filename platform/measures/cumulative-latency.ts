/** How long requests took, of all since the service started: so many, and together so many ms. */
export interface CumulativeLatency {
  count: number;
  sumMs: number;
  /** Null where the service tells no distribution. */
  buckets: CumulativeBuckets | null;
}

/** So many requests took at most so long, as pairs of finite bounds, ascending, and counts, which never fall. */
export interface CumulativeBuckets {
  boundsMs: readonly number[];
  counts: readonly number[];
}

/** More are no classic histogram, and would not fit into what is stored of a service. */
const boundsMax = 200;

/**
 * All of them together, over the bounds that any of them has. Of a bound that one lacks it is known that at least as many
 * took as long as took as long as its next lower one.
 */
export function addedLatencies(latencies: readonly CumulativeLatency[]): CumulativeLatency {
  const count = sum(latencies.map((latency) => latency.count));
  const sumMs = sum(latencies.map((latency) => latency.sumMs));
  const known = latencies.flatMap(({ buckets }) => buckets ?? []);
  const boundsMs = [...new Set(known.flatMap((buckets) => buckets.boundsMs))].sort((one, other) => one - other);
  if (known.length < latencies.length || boundsMs.length === 0 || boundsMs.length > boundsMax)
    return { count, sumMs, buckets: null };
  const counts = boundsMs.map((boundMs) => sum(known.map((buckets) => countWithin(buckets, boundMs))));
  return { count, sumMs, buckets: { boundsMs, counts } };
}

/** How many are known to have taken at most so long. */
export function countWithin({ boundsMs, counts }: CumulativeBuckets, boundMs: number): number {
  const above = boundsMs.findIndex((each) => each > boundMs);
  const at = (above < 0 ? boundsMs.length : above) - 1;
  return counts[at] ?? 0;
}

/** Larger sums than are exact are none that anything measured. */
function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => Math.min(Number.MAX_SAFE_INTEGER, total + each), 0);
}
