import type { Measure, MeasureSource } from './measure-rules.ts';

/** One way to know a measure: the sources that are added up. */
type Way = readonly MeasureSource[];

/** Names that instrumentations give the status of an answer, as a label. */
export const statusLabels = ['code', 'status', 'status_code', 'http_response_status_code', 'http_status_code'];

/** Answers of status 5xx, as counted by a metric that has the status among its labels. */
const failuresOf = (...metrics: string[]): Way[] =>
  metrics.flatMap((metric) => statusLabels.map((label) => [{ metric, labels: { [label]: ['5xx'] } }]));

const waysOf = (...metrics: string[]): Way[] => metrics.map((metric) => [{ metric }]);

/**
 * Metrics that count the answers of a service, each request once. The products come first, as some count their own insides
 * under the common names too. A histogram's `_count` comes after the counter that its instrumentation has beside it.
 */
const requestCounters = [
  // Traefik, "EntryPoint Metrics" of its documentation; what routers and services count is in it.
  'traefik_entrypoint_requests_total',
  // LiteLLM proxy, litellm/integrations/prometheus.py.
  'litellm_proxy_total_requests_metric_total',
  // Qdrant, "Monitoring" of its documentation.
  'rest_responses_total',
  // Grafana, pkg/middleware/request_metrics.go: a histogram with handler, method and status_code.
  'grafana_http_request_duration_seconds_count',
  // Loki, through dskit's server: a histogram with method, route and status_code.
  'loki_request_duration_seconds_count',
  // n8n with N8N_METRICS_INCLUDE_API_ENDPOINTS, through express-prom-bundle.
  'n8n_http_request_duration_seconds_count',
  // django-prometheus, as authentik has it.
  'django_http_responses_total_by_status_total',
  // starlette_exporter.
  'starlette_requests_total',
  // prometheus-fastapi-instrumentator, many services on prom-client and client_golang, and the platform's own.
  'http_requests_total',
  // OpenTelemetry's semantic conventions, as exported to Prometheus.
  'http_server_request_duration_seconds_count',
  // Micrometer, as Spring Boot has it.
  'http_server_requests_seconds_count',
  // express-prom-bundle and others that have a histogram alone.
  'http_request_duration_seconds_count',
] as const;

/**
 * How each measure is known where a row of the catalogue does not say. The first way that a service exposes is taken, and
 * no other, so that nothing is counted twice.
 */
export const defaultMeasures: Readonly<Record<Measure, readonly Way[]>> = {
  requests: [
    ...waysOf(...requestCounters),
    // MinIO, "Metrics version 2" of its documentation; it has no labels for the status.
    [{ metric: 'minio_s3_requests_total' }],
  ],
  errors: [...failuresOf(...requestCounters), [{ metric: 'minio_s3_requests_5xx_errors_total' }]],
  latency: waysOf(
    'traefik_entrypoint_request_duration_seconds',
    // Seconds, though its name does not say so.
    'litellm_request_total_latency_metric',
    'rest_responses_duration_seconds',
    'grafana_http_request_duration_seconds',
    'loki_request_duration_seconds',
    'n8n_http_request_duration_seconds',
    'django_http_requests_latency_including_middlewares_seconds',
    'starlette_request_duration_seconds',
    // prometheus-fastapi-instrumentator: its histogram of many buckets, before that of few.
    'http_request_duration_highr_seconds',
    'http_request_duration_seconds',
    'http_server_request_duration_seconds',
    'http_server_requests_seconds',
    // OpenTelemetry's older conventions, and clients that count in ms.
    'http_server_duration_milliseconds',
    'http_request_duration_ms',
    'http_request_duration_milliseconds',
  ),
  llm_tokens: [
    // LiteLLM proxy: input and output tokens.
    [{ metric: 'litellm_total_tokens_metric_total' }],
    // vLLM, "Production Metrics" of its documentation.
    [{ metric: 'vllm:prompt_tokens_total' }, { metric: 'vllm:generation_tokens_total' }],
    [{ metric: 'llm_tokens_total' }],
  ],
  llm_cost_usd: waysOf('litellm_spend_metric_total', 'llm_cost_usd_total'),
  knowledge_queries: [
    // What the platform's own services count.
    [{ metric: 'knowledge_queries_total' }],
    // Qdrant: what finds points. Its versions write the routes with either name of the parameter.
    [{ metric: 'rest_responses_total', labels: { endpoint: qdrantQueries() } }],
  ],
  cache_hits: waysOf('cache_hits_total', 'semantic_cache_hits_total'),
  cache_misses: waysOf('cache_misses_total', 'semantic_cache_misses_total'),
  started: waysOf(
    // All client libraries of Prometheus, and Micrometer.
    'process_start_time_seconds',
    // MinIO.
    'minio_node_process_starttime_seconds',
  ),
};

function qdrantQueries(): string[] {
  return ['{name}', '{collection_name}'].flatMap((parameter) =>
    ['search', 'query', 'recommend', 'discover'].map((verb) => `/collections/${parameter}/points/${verb}*`),
  );
}
