import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsMs as ourBoundsMs } from '../../../../functions/core/latency-histogram.ts';
import type { LatencyDelta } from '../../../../functions/observability/scraping/latency-delta.ts';
import { spreadLatency } from '../../../../functions/observability/scraping/spread-latency.ts';

const spread = (boundsMs: number[], counts: number[], beyond = 0, into: readonly number[] = ourBoundsMs) => {
  const count = counts.reduce((sum, each) => sum + each, 0) + beyond;
  const delta: LatencyDelta = { count, sumMs: 0, buckets: { boundsMs, counts } };
  return new Map([...(spreadLatency(delta, into) ?? [])].map(([index, n]) => [into[index], n]));
};

describe('a bucket of the service is spread evenly', () => {
  it('over the finer buckets in it, and over parts of those at its ends', () => {
    expect(spread([10, 30], [0, 8], 0, [5, 10, 15, 25, 35])).toEqual(
      new Map([
        [15, 2],
        [25, 4],
        [35, 2],
      ]),
    );
  });

  it('one request in its middle, so that many of them are not all too long', () => {
    expect(spread([100, 200], [0, 1], 0, [100, 120, 140, 160, 180, 200])).toEqual(new Map([[160, 1]]));
  });

  it('from 0 where it is the first', () => {
    expect(spread([4], [4], 0, [1, 2, 3, 4])).toEqual(
      new Map([
        [1, 1],
        [2, 1],
        [3, 1],
        [4, 1],
      ]),
    );
  });

  it('as a whole into the finest bucket that holds it', () => {
    expect(spread([0.1, 0.2], [5, 7], 0, [1, 2])).toEqual(new Map([[1, 12]]));
    expect(spread([-1, 0], [5, 7], 0, [1, 2])).toEqual(new Map([[1, 12]]));
  });
});

it('what is beyond the last bound of the service took as long as that', () => {
  expect(spread([1000], [0], 3)).toEqual(new Map([[1000, 3]]));
});

it('what is longer than our longest bound counts to it, as what we measure ourselves does', () => {
  expect(spread([20, 200], [1, 2], 3, [10, 100])).toEqual(
    new Map([
      [10, 1],
      [100, 5],
    ]),
  );
});

it('the distribution that a service does not tell is not known', () => {
  expect(spreadLatency({ count: 5, sumMs: 10, buckets: null }, ourBoundsMs)).toBeUndefined();
});

it('the parts are whole, none is below 0, and they add up, whatever the buckets', () => {
  const bound = fc.double({ min: 0.01, max: 1_000_000, noNaN: true });
  const bucket = fc.tuple(bound, fc.nat({ max: 10_000_000 }));
  fc.assert(
    fc.property(fc.uniqueArray(bucket, { selector: ([ms]) => ms, minLength: 1 }), fc.nat(), (buckets, beyond) => {
      const sorted = buckets.toSorted(([one], [other]) => one - other);
      const counts = sorted.map(([, count]) => count);
      const parts = [
        ...spread(
          sorted.map(([ms]) => ms),
          counts,
          beyond,
        ).values(),
      ];
      expect(parts.every((part) => Number.isInteger(part) && part > 0)).toBe(true);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(counts.reduce((sum, each) => sum + each, 0) + beyond);
    }),
  );
});
