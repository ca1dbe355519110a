import * as z from 'zod';
import { defineContract } from '../core/contract.ts';
import { utcTimestamp } from '../core/schemas.ts';

/** Periods that can be asked for, with their lengths and those of the buckets of their series. */
export const periods = {
  '1h': { name: 'last_1h', hours: 1, bucketMinutes: 5 },
  '24h': { name: 'last_24h', hours: 24, bucketMinutes: 60 },
  '7d': { name: 'last_7d', hours: 7 * 24, bucketMinutes: 6 * 60 },
} as const;
export type Period = keyof typeof periods;

const periodQuery = z.strictObject({
  period: z
    .enum(Object.keys(periods) as [Period, ...Period[]])
    .default('24h')
    .describe('How far back it looks, to the minute.'),
});

const count = z.int().min(0);
const milliseconds = z.number().min(0);
const share = z.number().min(0).max(1);

const traffic = {
  requests_total: count.nullable(),
  errors_total: count.nullable().describe('Answers of status 5xx.'),
  error_rate: share
    .nullable()
    .describe('Of the requests to services that tell their errors; those to others are left out.'),
  avg_latency_ms: milliseconds.nullable(),
  p99_latency_ms: milliseconds
    .nullable()
    .describe(
      'From merged histograms: at most 5 % off for the API itself, as far off as their buckets are for services.',
    ),
};

const usage = {
  llm_tokens_used: count.nullable(),
  llm_cost_usd: z.number().min(0).nullable(),
};

const knowledge = {
  knowledge_queries: count.nullable(),
  cache_hit_rate: share.nullable().describe('Null where misses are not known.'),
};

const summary = z
  .object({
    period: z.enum(['last_1h', 'last_24h', 'last_7d']),
    ...traffic,
    ...usage,
    pipelines_executed: count.describe('That ended, whether well, badly or cancelled.'),
    pipelines_success_rate: share.nullable().describe('Of those that were not cancelled.'),
    ...knowledge,
  })
  .meta({ id: 'MetricsSummary' });

/** What only API Gateway can count, which CloudWatch has. The embedded home counts every request. */
const uncounted =
  'On AWS, what API Gateway answers without a function is not counted here: a wrong token (401), its own throttle (429), and functions that were killed or ran out of time (5xx).';

export const getMetricsSummaryContract = defineContract({
  operationId: 'getMetricsSummary',
  domain: 'observability',
  method: 'GET',
  path: '/api/v1/metrics/summary',
  summary: 'Get metrics of the platform',
  description: `Of all services that expose metrics, and of the API of the orchestrator itself, taken together. A figure that is not known is null. ${uncounted}`,
  auth: 'bearer',
  rateLimit: 'read',
  query: periodQuery,
  answers: { ok: { status: 200, description: 'The metrics.', body: summary } },
  errors: [],
  timeoutMs: 10_000,
  access: { tables: { metrics: 'read' } },
});

const serviceMetrics = z
  .object({
    service: z.string(),
    period: z.enum(['last_1h', 'last_24h', 'last_7d']),
    ...traffic,
    ...usage,
    ...knowledge,
    bucket_ms: z.int().min(1).describe('How long each part of the series is.'),
    series: z
      .array(z.object({ start: utcTimestamp, ...traffic, ...usage, ...knowledge }))
      .describe('Oldest first; the last one is under way, and the first one may have begun before the period.'),
  })
  .meta({ id: 'ServiceMetrics' });

export const getServiceMetricsContract = defineContract({
  operationId: 'getServiceMetrics',
  domain: 'observability',
  method: 'GET',
  path: '/api/v1/metrics/services/{name}',
  summary: 'Get metrics of a service',
  description: `As the service counts them itself, by its own \`/metrics\`. A figure that it does not expose is null. \`omni-orchestrator\` is the orchestrator itself. ${uncounted}`,
  auth: 'bearer',
  rateLimit: 'read',
  parameters: z.strictObject({ name: z.string() }),
  query: periodQuery,
  answers: { ok: { status: 200, description: 'The metrics, in all and as a series.', body: serviceMetrics } },
  errors: ['NOT_FOUND'],
  timeoutMs: 10_000,
  access: { tables: { metrics: 'read' } },
});

export const getMetricsContract = defineContract({
  operationId: 'getMetrics',
  domain: 'observability',
  method: 'GET',
  path: '/metrics',
  summary: 'Get metrics for Prometheus',
  description: `From stored figures, so it does not matter which instance answers. ${uncounted}`,
  auth: 'bearer',
  rateLimit: 'none',
  answers: {
    ok: {
      status: 200,
      description: "Metrics in Prometheus' text format.",
      body: z.string(),
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
    },
  },
  errors: [],
  timeoutMs: 10_000,
  access: { tables: { metrics: 'read', services: 'read', pipelines: 'read', locks: 'read' } },
});
