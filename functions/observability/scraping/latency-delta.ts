import { type CumulativeLatency, countWithin } from '../../../platform/measures/cumulative-latency.ts';

/** How long the requests between two scrapes took. */
export interface LatencyDelta {
  count: number;
  sumMs: number;
  /**
   * So many took longer than the bound before and at most as long as this one; those beyond the last bound are what is
   * missing to `count`. Null where the distribution is not known.
   */
  buckets: { boundsMs: readonly number[]; counts: readonly number[] } | null;
}

/** What came to `now` since `base`, which is null where all of it did. Nothing is below 0, and the buckets never exceed the count. */
export function latencyDelta(base: CumulativeLatency | null, now: CumulativeLatency): LatencyDelta {
  const count = Math.max(0, now.count - (base?.count ?? 0));
  const sumMs = count === 0 ? 0 : Math.max(0, now.sumMs - (base?.sumMs ?? 0));
  if (!now.buckets || (base && !base.buckets)) return { count, sumMs, buckets: null };
  const { boundsMs, counts } = now.buckets;
  const taken = (boundMs: number) => (base?.buckets ? countWithin(base.buckets, boundMs) : 0);
  let within = 0;
  const ofEach = boundsMs.map((boundMs, index) => {
    const upTo = Math.min(count, Math.max(within, (counts[index] ?? 0) - taken(boundMs)));
    const inside = upTo - within;
    within = upTo;
    return inside;
  });
  return { count, sumMs, buckets: { boundsMs, counts: ofEach } };
}
