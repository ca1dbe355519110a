import type { Figures } from '../core/figures.ts';
import { durationCount, durationTotalMs, isDurationName, percentile } from '../core/latency-histogram.ts';
import { statusPrefix } from '../core/request-reading.ts';

/** The names of what services measure, among their figures. One that a service does not expose is missing. */
export interface ServiceFigures {
  requests?: number;
  errors?: number;
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
  return {
    ...Object.fromEntries(rest),
    requests: total(statuses),
    errors: total(statuses.filter(([name]) => name.startsWith(`${statusPrefix}5`))),
    duration_count: durationCount(requests),
  };
}

/** What the API shows of figures; null where they do not tell. */
export function trafficView(figures: Figures) {
  const {
    requests,
    errors,
    duration_count = 0,
    llm_tokens,
    llm_cost_microusd,
    knowledge_queries,
  } = figures as ServiceFigures;
  const p99 = percentile(figures, 0.99);
  return {
    requests_total: requests ?? null,
    errors_total: errors ?? null,
    error_rate: errors === undefined ? null : shareOf(errors, requests),
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

function hitRate({ cache_hits, cache_misses }: ServiceFigures): number | null {
  return cache_hits === undefined ? null : shareOf(cache_hits, cache_hits + (cache_misses ?? 0));
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
