import { describe, expect, it } from 'vitest';
import { measured, readingOf } from './exposed.ts';

describe('a measure is the sum over the series that match', () => {
  it('by texts, beginnings, classes of codes, and lists of them', () => {
    const text = [
      'app_requests{code="200",path="/api/a"} 1',
      'app_requests{code="204",path="/api/b"} 2',
      'app_requests{code="301",path="/api/b"} 4',
      'app_requests{code="200",path="/health"} 8',
      'app_requests{code="2xx",path="/api"} 16',
    ].join('\n');
    const requests = (labels: unknown) => measured(text, { requests: { metric: 'app_requests', labels } });
    expect(requests({})).toMatchObject({ requests: 31 });
    expect(requests({ code: '200' })).toMatchObject({ requests: 9 });
    expect(requests({ code: '2xx' })).toMatchObject({ requests: 27 });
    expect(requests({ code: ['204', '3xx'] })).toMatchObject({ requests: 6 });
    expect(requests({ code: '2xx', path: '/api*' })).toMatchObject({ requests: 19 });
    expect(requests({ code: '2' })).toMatchObject({ requests: 0 });
  });

  it('a pattern is no regular expression', () => {
    const text = 'a{code="200"} 1\na{code="2.."} 2';
    expect(measured(text, { requests: { metric: 'a', labels: { code: '2..' } } })).toMatchObject({ requests: 2 });
  });

  it('of several metrics, where a row lists them', () => {
    const text = 'prompt_total 5\ncompletion_total 7';
    const llm_tokens = [{ metric: 'prompt_total' }, { metric: 'completion_total' }, { metric: 'reasoning_total' }];
    expect(measured(text, { llm_tokens })).toEqual({ llm_tokens: 12 });
  });

  it('of a counter with or without _total in its name', () => {
    expect(measured('app_requests_total 3', { requests: { metric: 'app_requests' } })).toEqual({ requests: 3 });
    expect(measured('app_requests 3', { requests: { metric: 'app_requests_total' } })).toEqual({ requests: 3 });
    const both = 'app_requests 1\napp_requests_total 3';
    expect(measured(both, { requests: { metric: 'app_requests' } })).toEqual({ requests: 1 });
  });

  it('leaving out values that no counter has', () => {
    const text = 'http_requests_total{a="1"} NaN\nhttp_requests_total{a="2"} +Inf\nhttp_requests_total{a="3"} -2';
    expect(measured(text)).toEqual({});
    expect(measured(`${text}\nhttp_requests_total{a="4"} 5`)).toEqual({ requests: 5 });
  });
});

describe('what is not known is absent, and what is known to be none is 0', () => {
  it('errors of a counter without the status are not known', () => {
    expect(measured('http_requests_total{method="GET"} 5')).toEqual({ requests: 5 });
  });

  it('errors of a counter with the status are 0 before the first', () => {
    expect(measured('http_requests_total{code="200"} 5')).toEqual({ requests: 5, errors: 0 });
  });

  it('a metric without series is not known', () => {
    expect(measured('# TYPE http_requests_total counter\n')).toEqual({});
  });

  it('a measure that the row switches off is not known, whatever the service exposes', () => {
    expect(measured('http_requests_total{code="200"} 5', { requests: null, errors: null })).toEqual({});
  });
});

describe('the row of the catalogue', () => {
  it('replaces one measure, and leaves the others to the defaults', () => {
    const text = 'http_requests_total 5\njobs_total 2\ncache_hits_total 1';
    expect(measured(text, { requests: { metric: 'jobs' } })).toEqual({ requests: 2, cache_hits: 1 });
  });

  it('takes errors from its own requests, where it does not say', () => {
    const text = 'http_requests_total{code="500"} 9\njobs{queue="a",status="500"} 2\njobs{queue="b",status="500"} 4';
    expect(measured(text, { requests: { metric: 'jobs', labels: { queue: 'a' } } })).toEqual({
      requests: 2,
      errors: 2,
    });
  });

  it('can say that a latency is in ms', () => {
    const text = 'took_sum 250\ntook_count 2\ntook_bucket{le="100"} 1\ntook_bucket{le="+Inf"} 2';
    const buckets = { boundsMs: [100], counts: [1] };
    expect(measured(text, { latency: { metric: 'took', unit: 'ms' } })).toEqual({
      latency: { count: 2, sumMs: 250, buckets },
    });
  });
});

describe('latency', () => {
  it('of series with other bounds keeps what each tells', () => {
    const text = [
      'http_request_duration_seconds_bucket{route="/a",le="0.1"} 2',
      'http_request_duration_seconds_bucket{route="/a",le="1"} 5',
      'http_request_duration_seconds_bucket{route="/a",le="+Inf"} 6',
      'http_request_duration_seconds_bucket{route="/b",le="0.5"} 3',
      'http_request_duration_seconds_bucket{route="/b",le="+Inf"} 3',
      'http_request_duration_seconds_sum 4',
      'http_request_duration_seconds_count 9',
    ].join('\n');
    expect(measured(text)).toMatchObject({
      latency: { count: 9, sumMs: 4000, buckets: { boundsMs: [100, 500, 1000], counts: [2, 5, 8] } },
    });
  });

  it('whose buckets fall or exceed its count, as one that is read while it counts, is put in order', () => {
    const text = [
      'http_request_duration_seconds_bucket{le="1"} 4',
      'http_request_duration_seconds_bucket{le="0.1"} 5',
      'http_request_duration_seconds_bucket{le="+Inf"} 4',
      'http_request_duration_seconds_sum 4',
      'http_request_duration_seconds_count 4',
    ].join('\n');
    expect(measured(text)).toMatchObject({ latency: { count: 5, buckets: { boundsMs: [100, 1000], counts: [5, 5] } } });
  });

  it('in exact ms, although a second has none in binary', () => {
    const text = ['0.0075', '0.57', '1.1'].map((le) => `http_request_duration_seconds_bucket{le="${le}"} 1`).join('\n');
    const rest = '\nhttp_request_duration_seconds_sum 0.29\nhttp_request_duration_seconds_count 1';
    expect(measured(text + rest)).toMatchObject({ latency: { sumMs: 290, buckets: { boundsMs: [7.5, 570, 1100] } } });
  });

  it('without its sum is not known', () => {
    expect(measured('http_request_duration_seconds_bucket{le="1"} 4')).toEqual({});
  });

  it('of so many bounds that it is no classic histogram has no distribution', () => {
    const buckets = Array.from({ length: 201 }, (_, le) => `http_request_duration_seconds_bucket{le="${le}"} 1`);
    const rest = ['http_request_duration_seconds_sum 1', 'http_request_duration_seconds_count 1'];
    expect(measured([...buckets, ...rest].join('\n'))).toMatchObject({ latency: { count: 1, buckets: null } });
  });
});

describe('the way by which a measure is known', () => {
  const histogram =
    'http_request_duration_seconds_sum{status="200"} 1\nhttp_request_duration_seconds_count{status="200"} 5\n';

  it('stays while the service exposes it, though one that is preferred appears', () => {
    const before = readingOf(histogram);
    const after = readingOf(`${histogram}http_requests_total{status="200"} 6\n`, undefined, before);
    expect(after.counts.requests).toEqual(before.counts.requests);
  });

  it('is the preferred one at first', () => {
    expect(readingOf(`${histogram}http_requests_total 6\n`).counts.requests?.total).toBe(6);
  });

  it('changes with the row', () => {
    const text = 'a_total 1\nb_total 1\n';
    const [one, other] = ['a', 'b'].map((metric) => readingOf(text, { requests: { metric } }));
    expect(one?.counts.requests?.wayId).not.toBe(other?.counts.requests?.wayId);
    expect(one?.waysId).not.toBe(other?.waysId);
  });
});
