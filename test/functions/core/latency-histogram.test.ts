import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Figures, sumOf } from '../../../functions/core/figures.ts';
import {
  boundsMs,
  bucketOf,
  countUpTo,
  durationCount,
  durationFigures,
  durationSum,
  percentile,
} from '../../../functions/core/latency-histogram.ts';

const histogramOf = (durations: number[]): Figures => sumOf(durations.map(durationFigures));

describe('the buckets', () => {
  it('grow by less than a tenth, so that a middle is at most 4.4 % off', () => {
    const ratios = boundsMs.slice(1).map((bound, index) => bound / (boundsMs[index] as number));
    expect(Math.max(...ratios)).toBeLessThan(1.09);
    expect(Math.min(...ratios)).toBeGreaterThan(1.07);
  });

  it.each([1, 2, 5, 10, 20, 50, 1000, 60_000 / 6, 2_000_000])('have %d ms as a bound, exactly', (bound) => {
    expect(boundsMs).toContain(bound);
  });

  it('take a duration that is a bound to the bucket that ends with it', () => {
    fc.assert(
      fc.property(fc.nat(boundsMs.length - 1), (index) => {
        expect(bucketOf(boundsMs[index] as number)).toBe(index);
      }),
    );
  });

  it('take what is beyond the ends to the first and the last', () => {
    expect([bucketOf(0), bucketOf(1e12)]).toEqual([0, boundsMs.length - 1]);
  });
});

const durations = fc.array(fc.double({ min: 0.2, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 300 });

describe('a percentile', () => {
  it('is at most 5 % off the exact one', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.9, 0.99, 1), (sample, share) => {
        const sorted = sample.toSorted((one, other) => one - other);
        const exact = sorted[Math.ceil(share * sorted.length) - 1] as number;
        expect(Math.abs((percentile(histogramOf(sample), share) ?? 0) / exact - 1)).toBeLessThan(0.05);
      }),
    );
  });

  it('is the same however the durations were put together', () => {
    fc.assert(
      fc.property(durations, fc.nat(300), (sample, cut) => {
        const parts = [sample.slice(0, cut), sample.slice(cut)].map(histogramOf);
        expect(percentile(sumOf(parts), 0.99)).toBe(percentile(histogramOf(sample), 0.99));
      }),
    );
  });

  it('of nothing is not known', () => {
    expect(percentile({}, 0.99)).toBeNull();
  });
});

describe('the figures of durations', () => {
  it('hold how many there were and their sum', () => {
    const figures = histogramOf([1, 2.5, 1000]);
    expect([durationCount(figures), figures[durationSum]]).toEqual([3, 1_003_500]);
  });

  it('tell exactly how many are not above a bound', () => {
    const figures = histogramOf([1, 1, 2, 4.9, 5, 5.1]);
    expect([1, 2, 5, 10].map((bound) => countUpTo(figures, bound))).toEqual([2, 3, 5, 6]);
  });

  it('refuse a bound that they do not have', () => {
    expect(() => countUpTo({}, 3)).toThrow(RangeError);
  });
});
