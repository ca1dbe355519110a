import type { LatencyDelta } from './latency-delta.ts';

/**
 * The requests of a delta in finer buckets, by the index of their bound; `boundsMs` ascend, and what is longer than the last
 * counts to that. Whole numbers that add up to the delta's count. Within a bucket of the service requests are taken
 * to be spread evenly, and those beyond its last bound to have taken as long as that, both as Prometheus does. Undefined
 * where the service tells no distribution.
 */
export function spreadLatency(
  { count, buckets }: LatencyDelta,
  boundsMs: readonly number[],
): ReadonlyMap<number, number> | undefined {
  if (!buckets) return undefined;
  const spread = new Map<number, number>();
  const last = boundsMs.length - 1;
  const add = (index: number, more: number) => {
    const at = Math.min(index, last);
    if (more > 0) spread.set(at, (spread.get(at) ?? 0) + more);
  };
  let lowMs = 0;
  let within = 0;
  for (const [at, highMs] of buckets.boundsMs.entries()) {
    const inside = buckets.counts[at] ?? 0;
    for (const [index, part] of evenly(inside, { lowMs, highMs }, boundsMs)) add(index, part);
    lowMs = Math.max(lowMs, highMs);
    within += inside;
  }
  add(indexOf(lowMs, boundsMs), count - within);
  return spread;
}

/**
 * The k-th of n requests lies where k - ½ of them would, so that a single one lies in the middle, and the parts are whole and
 * add up to n.
 */
function* evenly(
  n: number,
  { lowMs, highMs }: { lowMs: number; highMs: number },
  boundsMs: readonly number[],
): Generator<[number, number]> {
  let taken = 0;
  for (let index = indexOf(lowMs, boundsMs); taken < n; index += 1) {
    const upToMs = Math.min(boundsMs[index] ?? Number.POSITIVE_INFINITY, highMs);
    const share = highMs > lowMs ? (upToMs - lowMs) / (highMs - lowMs) : 1;
    const upTo = upToMs >= highMs ? n : Math.max(taken, Math.round(n * share));
    yield [index, upTo - taken];
    taken = upTo;
  }
}

/** Of the first bound that is not below; behind the last where all are. */
function indexOf(ms: number, boundsMs: readonly number[]): number {
  let low = 0;
  let high = boundsMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((boundsMs[middle] ?? 0) >= ms) high = middle;
    else low = middle + 1;
  }
  return low;
}
