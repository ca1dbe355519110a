import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  neverScraped,
  type ScrapeState,
  withReading,
} from '../../../../functions/observability/scraping/scrape-state.ts';
import { scrapedFigures } from '../../../../functions/observability/scraping/scraped-figures.ts';
import { readingOf } from '../../../platform/measures/exposed.ts';

/** What can happen to a service: a request (failed or not, so many ms), tokens, a restart, a scrape. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ ms: fc.nat({ max: 3000 }), isFailed: fc.boolean(), tokens: fc.nat({ max: 500 }) }),
  },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
  { weight: 3, arbitrary: fc.constant('scrape' as const) },
);
const bounds = [0.1, 0.5, 1, 2];

interface Totals {
  requests: number;
  errors: number;
  tokens: number;
  took: number[];
}

const nothing = (): Totals => ({ requests: 0, errors: 0, tokens: 0, took: [] });

it.each([
  {
    title: 'of a service that tells when it started, the figures are the traffic between scrapes, exactly',
    tellsStart: true,
  },
  { title: 'of one that does not, they are that where every restart shows, and never more', tellsStart: false },
])('$title', ({ tellsStart }) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const run = lifeOf(happenings, tellsStart);
      for (const value of Object.values(run.figures)) expect(Number.isInteger(value) && value >= 0).toBe(true);
      const { duration_count = 0, requests = 0, errors = 0, llm_tokens = 0 } = run.figures;
      const inBuckets = Object.entries(run.figures).filter(([name]) => /^b\d/.test(name));
      expect(inBuckets.reduce((sum, [, value]) => sum + value, 0)).toBe(duration_count);
      const seen = { requests, errors, tokens: llm_tokens, duration_count };
      if (tellsStart || run.isEveryRestartSeen) expect(seen).toEqual(run.expected);
      else expect(requests).toBeLessThanOrEqual(run.expected.requests);
    }),
    { numRuns: 400 },
  );
});

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** What the figures of all scrapes add up to, and what they should: each life's traffic up to its last scrape, less what was before the first. */
function lifeOf(happenings: Iterable<Happening>, tellsStart: boolean) {
  const service = { now: nothing(), startedMs: 1_736_930_000_000 };
  const collector = collecting();
  const truth = expecting();
  let nowMs = 1_736_937_000_000;
  for (const each of happenings) {
    nowMs += 20_000;
    if (each === 'restart') {
      Object.assign(service, { now: nothing(), startedMs: nowMs });
      truth.restart();
    } else if (each === 'scrape') {
      collector.scrape(nowMs, expositionOf(service.now, tellsStart ? service.startedMs : undefined));
      truth.scrape(service.now);
    } else serve(service.now, each);
  }
  return { figures: collector.figures, expected: truth.expected, isEveryRestartSeen: truth.isEveryRestartSeen() };
}

function serve(totals: Totals, { ms, isFailed, tokens }: Exclude<Happening, string>): void {
  totals.requests += 1;
  totals.errors += isFailed ? 1 : 0;
  totals.tokens += tokens;
  totals.took.push(ms);
}

/** The rules under test, one scrape after the other. */
function collecting() {
  let state: ScrapeState = neverScraped;
  const figures: Record<string, number> = {};
  return {
    figures,
    scrape(atMs: number, text: string) {
      state = withReading(state, { atMs, reading: readingOf(text, undefined, state.last?.reading) });
      const found = state.pending ? scrapedFigures(state.pending.delta) : {};
      for (const [name, value] of Object.entries(found)) figures[name] = (figures[name] ?? 0) + value;
    },
  };
}

/** What scrapes can see, by what really happened. */
function expecting() {
  const expected = { requests: 0, errors: 0, tokens: 0, duration_count: 0 };
  let seen: Totals | undefined;
  let hasRestarted = false;
  let isEveryRestartSeen = true;
  return {
    expected,
    isEveryRestartSeen: () => isEveryRestartSeen,
    restart: () => {
      hasRestarted = true;
    },
    scrape(now: Totals) {
      if (seen) {
        const base = hasRestarted ? nothing() : seen;
        isEveryRestartSeen &&= !hasRestarted || now.requests < seen.requests || seen.requests === 0;
        expected.requests += now.requests - base.requests;
        expected.errors += now.errors - base.errors;
        expected.tokens += now.tokens - base.tokens;
        expected.duration_count += now.took.length - base.took.length;
      }
      seen = { ...now, took: [...now.took] };
      hasRestarted = false;
    },
  };
}

function expositionOf({ requests, errors, tokens, took }: Totals, startedMs: number | undefined): string {
  const within = (seconds: number) => took.filter((ms) => ms <= seconds * 1000).length;
  return [
    `http_requests_total{code="200"} ${requests - errors}`,
    `http_requests_total{code="500"} ${errors}`,
    `litellm_total_tokens_metric_total ${tokens}`,
    ...bounds.map((le) => `http_request_duration_seconds_bucket{le="${le}"} ${within(le)}`),
    `http_request_duration_seconds_bucket{le="+Inf"} ${took.length}`,
    `http_request_duration_seconds_sum ${took.reduce((sum, ms) => sum + ms, 0) / 1000}`,
    `http_request_duration_seconds_count ${took.length}`,
    ...(startedMs === undefined ? [] : [`process_start_time_seconds ${startedMs / 1000}`]),
  ].join('\n');
}
