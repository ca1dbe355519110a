import { describe, expect, it } from 'vitest';
import { sumOf } from '../../../functions/core/figures.ts';
import { ownTraffic, trafficView, withJudged } from '../../../functions/observability/traffic.ts';

const viewOf = (...services: Record<string, number>[]) => trafficView(sumOf(services.map(withJudged)));

describe('the error rate', () => {
  it('leaves out the requests to services that do not tell their errors', () => {
    const view = viewOf({ requests: 100, errors: 5 }, { requests: 900 });
    expect(view).toMatchObject({ requests_total: 1000, errors_total: 5, error_rate: 0.05 });
  });

  it('is 0 where errors are known to be none, and null where they are not known', () => {
    expect(viewOf({ requests: 10, errors: 0 }).error_rate).toBe(0);
    expect(viewOf({ requests: 10 })).toMatchObject({ errors_total: null, error_rate: null });
  });

  it('is null where errors are known and requests are not', () => {
    expect(viewOf({ errors: 3 })).toMatchObject({ requests_total: null, errors_total: 3, error_rate: null });
  });

  it('of the API counts answers of 500 and above as errors, and those of 400 not', () => {
    const own = ownTraffic({ status_200: 6, status_404: 2, status_429: 1, status_503: 1 });
    expect(trafficView(own)).toMatchObject({ requests_total: 10, errors_total: 1, error_rate: 0.1 });
  });
});

describe('the hit rate of caches', () => {
  it('is the share of hits', () => {
    expect(viewOf({ cache_hits: 73, cache_misses: 27 }).cache_hit_rate).toBe(0.73);
  });

  it('is null where only hits are known, and before anything was asked', () => {
    expect(viewOf({ cache_hits: 73 }).cache_hit_rate).toBeNull();
    expect(viewOf({ cache_hits: 0, cache_misses: 0 }).cache_hit_rate).toBeNull();
  });
});
