import type { Figures } from '../core/figures.ts';
import { durationCount, durationTotalMs, isDurationName, percentile } from '../core/latency-histogram.ts';
import { statusPrefix } from '../core/request-reading.ts';

/** The names of what services measure, among their figures. One that a service does not expose is missing. */
export interface ServiceFigures {
  requests?: number;
  errors?: number;
  /** The requests of services that tell their errors too; see {@link withJudged}. */
  judged_requests?: number;
  /** How many durations the sum is of: some services tell sum and count, and no histogram. */
  duration_count?: number;
  llm_tokens?: number;
  /** Millionths of a dollar: whole numbers add up to the same in whatever order. */
  llm_cost_microusd?: number;
  knowledge_queries?: number;
  cache_hits?: number;
  cache_misses?: number;
}

/** The figures of requests to the API under the names that services' figures have. */
export function ownTraffic(requests: Figures): Figures {
  const statuses = Object.entries(requests).filter(([name]) => name.startsWith(statusPrefix));
  const total = (of: [string, number][]) => of.reduce((sum, [, count]) => sum + count, 0);
  const rest = Object.entries(requests).filter(([name]) => isDurationName(name));
  return withJudged({
    ...Object.fromEntries(rest),
    requests: total(statuses),
    errors: total(statuses.filter(([name]) => name.startsWith(`${statusPrefix}5`))),
    duration_count: durationCount(requests),
  });
}

/**
 * What one service measured, with the requests of which it is known whether they failed: all of them where it tells errors,
 * even 0, else none. So a rate over several services leaves out those that only count requests.
 */
export function withJudged(figures: Figures): Figures {
  const { requests, errors } = figures as ServiceFigures;
  return requests === undefined || errors === undefined ? figures : { ...figures, judged_requests: requests };
}

/** What the API shows of figures; null where they do not tell. */
export function trafficView(figures: Figures) {
  const {
    requests,
    errors,
    judged_requests,
    duration_count = 0,
    llm_tokens,
    llm_cost_microusd,
    knowledge_queries,
  } = figures as ServiceFigures;
  const p99 = percentile(figures, 0.99);
  return {
    requests_total: requests ?? null,
    errors_total: errors ?? null,
    error_rate: errors === undefined ? null : shareOf(errors, judged_requests),
    avg_latency_ms: duration_count > 0 ? hundredths(durationTotalMs(figures) / duration_count) : null,
    p99_latency_ms: p99 === null ? null : hundredths(p99),
    llm_tokens_used: llm_tokens ?? null,
    llm_cost_usd: llm_cost_microusd === undefined ? null : rounded(llm_cost_microusd / 1_000_000),
    knowledge_queries: knowledge_queries ?? null,
    cache_hit_rate: hitRate(figures),
  };
}

/** A part of a whole, with four decimals; null where there is no whole. */
export function shareOf(part: number, whole: number | undefined): number | null {
  return whole === undefined || whole <= 0 ? null : Math.min(1, rounded(part / whole));
}

/** Hits alone tell no rate: it would be 1 whatever was missed. */
function hitRate({ cache_hits, cache_misses }: ServiceFigures): number | null {
  return cache_hits === undefined || cache_misses === undefined ? null : shareOf(cache_hits, cache_hits + cache_misses);
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
