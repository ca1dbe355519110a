import { describe, expect, it } from 'vitest';
import { readingDelta } from '../../../../functions/observability/scraping/reading-delta.ts';
import {
  neverScraped,
  type ScrapeState,
  withReading,
} from '../../../../functions/observability/scraping/scrape-state.ts';
import { readingOf } from '../../../platform/measures/exposed.ts';

const atMs = Date.parse('2025-01-15T10:30:00Z');
const started = (ms: number) => `process_start_time_seconds ${ms / 1000}`;
const startedMs = atMs - 3_600_000;
const histogram = (...[low, high, all]: number[]) =>
  `http_request_duration_seconds_bucket{le="0.1"} ${low}
http_request_duration_seconds_bucket{le="1"} ${high}
http_request_duration_seconds_bucket{le="+Inf"} ${all}
http_request_duration_seconds_sum ${all}
http_request_duration_seconds_count ${all}`;

/** What happened between two scrapes, a minute apart. */
function between(before: string[], after: string[], fields: [unknown?, unknown?] = []) {
  const reading = readingOf(before.join('\n'), fields[0]);
  return readingDelta({ atMs, reading }, readingOf(after.join('\n'), fields[1], reading));
}

/** What all scrapes after the first found of a measure, one after the other. */
function found(texts: string[][]): (number | undefined)[] {
  let state: ScrapeState = neverScraped;
  return texts.map((text, index) => {
    state = withReading(state, {
      atMs: atMs + index * 60_000,
      reading: readingOf(text.join('\n'), undefined, state.last?.reading),
    });
    return state.pending?.delta.counts.requests;
  });
}

const requests = (count: number) => `http_requests_total ${count}`;

describe('between two scrapes', () => {
  it('what was added counts', () => {
    expect(between([requests(5)], [requests(8)])).toEqual({ counts: { requests: 3 } });
  });

  it('nothing that was added is none, which is known', () => {
    expect(between([requests(5)], [requests(5)])).toEqual({ counts: { requests: 0 } });
  });

  it('a measure that appears counts from 0', () => {
    expect(between([requests(5)], [requests(5), 'cache_hits_total 2'])).toEqual({
      counts: { requests: 0, cache_hits: 2 },
    });
  });

  it('latency counts in the buckets of the service', () => {
    expect(between([histogram(1, 2, 4)], [histogram(3, 4, 7)]).latency).toEqual({
      count: 3,
      sumMs: 3000,
      buckets: { boundsMs: [100, 1000], counts: [2, 0] },
    });
  });

  it('latency whose buckets contradict each other is never below 0, nor more than its count', () => {
    expect(between([histogram(1, 5, 5)], [histogram(4, 5, 6)]).latency).toEqual({
      count: 1,
      sumMs: 1000,
      buckets: { boundsMs: [100, 1000], counts: [1, 0] },
    });
  });
});

describe('a restart', () => {
  it('shows by a later start, though every count has risen', () => {
    const after = [started(atMs + 30_000), requests(9), histogram(9, 9, 9)];
    expect(between([started(startedMs), requests(5), histogram(1, 2, 4)], after)).toEqual({
      counts: { requests: 9 },
      latency: { count: 9, sumMs: 9000, buckets: { boundsMs: [100, 1000], counts: [9, 0] } },
    });
  });

  it('shows by one count that fell, and then everything since counts', () => {
    const before = [requests(100), 'cache_hits_total 5'];
    expect(between(before, [requests(3), 'cache_hits_total 6']).counts).toEqual({ requests: 3, cache_hits: 6 });
  });

  it('shows by a latency that fell', () => {
    expect(between([requests(5), histogram(9, 9, 9)], [requests(7), histogram(1, 1, 1)]).counts).toEqual({
      requests: 7,
    });
  });

  it('shows by a measure that is gone, and that counts when it is back', () => {
    expect(between(['cache_hits_total 5'], [requests(7)]).counts).toEqual({ requests: 7 });
    expect(
      found([[requests(5), 'cache_hits_total 1'], ['cache_hits_total 1'], [requests(4), 'cache_hits_total 1']]),
    ).toEqual([undefined, undefined, 4]);
  });

  it('is a start after the last scrape, however shortly after the start before', () => {
    const after = [started(atMs + 500), requests(9)];
    expect(between([started(atMs - 1000), requests(5)], after).counts).toEqual({ requests: 9 });
  });

  it('is seen by the clock of a service that goes some minutes wrong', () => {
    const after = [started(atMs - 4 * 60_000), requests(9)];
    expect(between([started(startedMs), requests(5)], after).counts).toEqual({ requests: 9 });
  });
});

describe('no restart is', () => {
  it('half an answer, in which a measure is gone while another went on', () => {
    const before = [requests(1_000_000), 'cache_hits_total 5'];
    expect(between(before, [requests(1_000_010)]).counts).toEqual({ requests: 10 });
    expect(found([before, [requests(1_000_010)], [requests(1_000_011), 'cache_hits_total 7']])).toEqual([
      undefined,
      10,
      1,
    ]);
  });

  it('a start that moved by less than two seconds, as machines set their clocks', () => {
    const after = [started(startedMs + 1500), requests(9)];
    expect(between([started(startedMs), requests(5)], after).counts).toEqual({ requests: 4 });
  });

  it('a start that moved, and still lies long before the last scrape', () => {
    const after = [started(startedMs + 1_800_000), requests(9)];
    expect(between([started(startedMs), requests(5)], after).counts).toEqual({ requests: 4 });
  });

  it('a count that falls while the process says that it goes on, as when it forgets some of its series', () => {
    const process = started(startedMs);
    expect(
      found([
        [process, requests(100)],
        [process, requests(40)],
        [process, requests(45)],
      ]),
    ).toEqual([undefined, 0, 5]);
  });

  it('a measure that a process leaves out now and then: it goes on where it was', () => {
    const process = started(startedMs);
    const texts = [
      [process, requests(100)],
      [process, 'cache_hits_total 1'],
      [process, requests(103)],
    ];
    expect(found(texts)).toEqual([undefined, undefined, 3]);
  });
});

describe('a row that maps its measures in another way', () => {
  it('counts what is new to it from now on, not what the service did before', () => {
    const text = ['jobs_total 1000', requests(5)];
    expect(between(text, text, [undefined, { cache_hits: { metric: 'jobs' } }]).counts).toEqual({ requests: 0 });
  });

  it('counts what it knows in another way from now on, and the rest goes on', () => {
    const [before, after] = [
      ['jobs_total 10', requests(500), 'cache_hits_total 1'],
      ['jobs_total 12', requests(510), 'cache_hits_total 3'],
    ];
    const delta = between(before, after, [undefined, { requests: { metric: 'jobs' } }]);
    expect(delta.counts).toEqual({ cache_hits: 2 });
  });

  it('counts everything since a restart', () => {
    const after = [started(atMs + 30_000), 'jobs_total 2'];
    const delta = between([started(startedMs), requests(5)], after, [undefined, { requests: { metric: 'jobs' } }]);
    expect(delta.counts).toEqual({ requests: 2 });
  });
});

it('the first scrape ever counts nothing, and the first after it what was added', () => {
  expect(found([[requests(5)], [requests(7)]])).toEqual([undefined, 2]);
});
