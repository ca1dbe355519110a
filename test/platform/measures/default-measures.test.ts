import { expect, it } from 'vitest';
import { measured } from './exposed.ts';

/** In the shape that each product gives its figures, shortened. */
const products: Record<string, { text: string; expected: Record<string, unknown> }> = {
  'Traefik: entry points, not routers and services as well': {
    text: `# HELP traefik_entrypoint_requests_total How many HTTP requests processed on an entrypoint.
# TYPE traefik_entrypoint_requests_total counter
traefik_entrypoint_requests_total{code="200",entrypoint="web",method="GET",protocol="http"} 90
traefik_entrypoint_requests_total{code="502",entrypoint="web",method="GET",protocol="http"} 10
# TYPE traefik_entrypoint_request_duration_seconds histogram
traefik_entrypoint_request_duration_seconds_bucket{code="200",entrypoint="web",method="GET",protocol="http",le="0.1"} 80
traefik_entrypoint_request_duration_seconds_bucket{code="200",entrypoint="web",method="GET",protocol="http",le="+Inf"} 90
traefik_entrypoint_request_duration_seconds_sum{code="200",entrypoint="web",method="GET",protocol="http"} 9.5
traefik_entrypoint_request_duration_seconds_count{code="200",entrypoint="web",method="GET",protocol="http"} 90
traefik_service_requests_total{code="200",method="GET",protocol="http",service="a@docker"} 88
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.73687778512e+09
`,
    expected: {
      requests: 100,
      errors: 10,
      latency: { count: 90, sumMs: 9500, buckets: { boundsMs: [100], counts: [80] } },
      startedMs: 1_736_877_785_120,
    },
  },
  'LiteLLM: tokens and money of all models, teams and keys': {
    text: `# HELP litellm_proxy_total_requests_metric_total Total number of requests made to the proxy server
# TYPE litellm_proxy_total_requests_metric_total counter
litellm_proxy_total_requests_metric_total{api_key_alias="None",requested_model="gpt-4o",route="/v1/chat/completions",status_code="200"} 7.0
litellm_proxy_total_requests_metric_total{api_key_alias="None",requested_model="gpt-4o",route="/v1/chat/completions",status_code="429"} 2.0
# TYPE litellm_proxy_total_requests_metric_created gauge
litellm_proxy_total_requests_metric_created{api_key_alias="None",requested_model="gpt-4o",route="/v1/chat/completions",status_code="200"} 1.7368e+09
# TYPE litellm_request_total_latency_metric histogram
litellm_request_total_latency_metric_bucket{le="0.005",model="gpt-4o"} 0.0
litellm_request_total_latency_metric_bucket{le="1.0",model="gpt-4o"} 4.0
litellm_request_total_latency_metric_bucket{le="+Inf",model="gpt-4o"} 7.0
litellm_request_total_latency_metric_count{model="gpt-4o"} 7.0
litellm_request_total_latency_metric_sum{model="gpt-4o"} 12.25
litellm_total_tokens_metric_total{model="gpt-4o",team="a"} 12000.0
litellm_total_tokens_metric_total{model="llama",team="b"} 500.0
litellm_input_tokens_metric_total{model="gpt-4o",team="a"} 11000.0
litellm_spend_metric_total{model="gpt-4o",team="a"} 0.0615
litellm_spend_metric_total{model="llama",team="b"} 1e-06
`,
    expected: {
      requests: 9,
      errors: 0,
      llm_tokens: 12_500,
      llm_cost_usd: 61_501,
      latency: { count: 7, sumMs: 12_250, buckets: { boundsMs: [5, 1000], counts: [0, 4] } },
    },
  },
  'Qdrant: its queries among its requests': {
    text: `# TYPE rest_responses_total counter
rest_responses_total{method="POST",endpoint="/collections/{name}/points/search",status="200"} 40
rest_responses_total{method="POST",endpoint="/collections/{collection_name}/points/query/batch",status="200"} 2
rest_responses_total{method="PUT",endpoint="/collections/{name}/points",status="500"} 3
# TYPE rest_responses_duration_seconds histogram
rest_responses_duration_seconds_bucket{method="PUT",endpoint="/collections/{name}/points",status="200",le="0.001"} 1
rest_responses_duration_seconds_bucket{method="PUT",endpoint="/collections/{name}/points",status="200",le="+Inf"} 3
rest_responses_duration_seconds_sum{method="PUT",endpoint="/collections/{name}/points",status="200"} 0.03
rest_responses_duration_seconds_count{method="PUT",endpoint="/collections/{name}/points",status="200"} 3
# TYPE app_status_recovery_mode gauge
app_status_recovery_mode 0
`,
    expected: {
      requests: 45,
      errors: 3,
      knowledge_queries: 42,
      latency: { count: 3, sumMs: 30, buckets: { boundsMs: [1], counts: [1] } },
    },
  },
  'MinIO: its cluster metrics, in which nothing tells how long a request took': {
    text: `# HELP minio_node_process_starttime_seconds Start time for MinIO process per node
# TYPE minio_node_process_starttime_seconds gauge
minio_node_process_starttime_seconds{server="127.0.0.1:9000"} 1.736877785e+09
# TYPE minio_s3_requests_total counter
minio_s3_requests_total{api="getobject",server="127.0.0.1:9000"} 12
minio_s3_requests_total{api="putobject",server="127.0.0.1:9000"} 4
# TYPE minio_s3_requests_5xx_errors_total counter
minio_s3_requests_5xx_errors_total{api="putobject",server="127.0.0.1:9000"} 1
# TYPE minio_s3_requests_ttfb_seconds_distribution gauge
minio_s3_requests_ttfb_seconds_distribution{api="getobject",le="0.05",server="127.0.0.1:9000"} 12
`,
    expected: { requests: 16, errors: 1, startedMs: 1_736_877_785_000 },
  },
  'Grafana: a histogram alone, whose count are the requests': {
    text: `# TYPE grafana_http_request_duration_seconds histogram
grafana_http_request_duration_seconds_bucket{handler="/api/health",method="GET",status_code="200",status_source="server",le="0.005"} 5
grafana_http_request_duration_seconds_bucket{handler="/api/health",method="GET",status_code="200",status_source="server",le="+Inf"} 6
grafana_http_request_duration_seconds_sum{handler="/api/health",method="GET",status_code="200",status_source="server"} 0.05
grafana_http_request_duration_seconds_count{handler="/api/health",method="GET",status_code="200",status_source="server"} 6
# TYPE promhttp_metric_handler_requests_total counter
promhttp_metric_handler_requests_total{code="200"} 99
# TYPE go_gc_duration_seconds summary
go_gc_duration_seconds{quantile="0"} NaN
`,
    expected: {
      requests: 6,
      errors: 0,
      latency: { count: 6, sumMs: 50, buckets: { boundsMs: [5], counts: [5] } },
    },
  },
  'Loki: calls of its insides with words for the status': {
    text: `# TYPE loki_request_duration_seconds histogram
loki_request_duration_seconds_bucket{method="GET",route="ready",status_code="200",ws="false",le="0.1"} 3
loki_request_duration_seconds_bucket{method="GET",route="ready",status_code="200",ws="false",le="+Inf"} 3
loki_request_duration_seconds_sum{method="GET",route="ready",status_code="200",ws="false"} 0.1
loki_request_duration_seconds_count{method="GET",route="ready",status_code="200",ws="false"} 3
loki_request_duration_seconds_count{method="gRPC",route="/logproto.Pusher/Push",status_code="success",ws="false"} 4
loki_request_duration_seconds_sum{method="gRPC",route="/logproto.Pusher/Push",status_code="success",ws="false"} 0.2
`,
    expected: {
      requests: 7,
      errors: 0,
      latency: { count: 7, sumMs: 300, buckets: { boundsMs: [100], counts: [3] } },
    },
  },
  'prometheus-fastapi-instrumentator: classes of status, and the histogram of many buckets': {
    text: `# TYPE http_requests_total counter
http_requests_total{handler="/a",method="GET",status="2xx"} 5.0
http_requests_total{handler="/a",method="GET",status="5xx"} 1.0
# TYPE http_request_duration_highr_seconds histogram
http_request_duration_highr_seconds_bucket{le="0.01"} 2.0
http_request_duration_highr_seconds_bucket{le="0.025"} 4.0
http_request_duration_highr_seconds_bucket{le="+Inf"} 6.0
http_request_duration_highr_seconds_count 6.0
http_request_duration_highr_seconds_sum 0.5
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{handler="/a",le="0.1",method="GET"} 6.0
http_request_duration_seconds_bucket{handler="/a",le="+Inf",method="GET"} 6.0
http_request_duration_seconds_count{handler="/a",method="GET"} 6.0
http_request_duration_seconds_sum{handler="/a",method="GET"} 0.5
`,
    expected: {
      requests: 6,
      errors: 1,
      latency: { count: 6, sumMs: 500, buckets: { boundsMs: [10, 25], counts: [2, 4] } },
    },
  },
  'Micrometer: a summary without quantiles': {
    text: `# TYPE http_server_requests_seconds summary
http_server_requests_seconds_count{method="GET",outcome="SUCCESS",status="200",uri="/a"} 4
http_server_requests_seconds_sum{method="GET",outcome="SUCCESS",status="200",uri="/a"} 0.25
http_server_requests_seconds_count{method="GET",outcome="SERVER_ERROR",status="503",uri="/a"} 1
http_server_requests_seconds_sum{method="GET",outcome="SERVER_ERROR",status="503",uri="/a"} 0.25
# TYPE http_server_requests_seconds_max gauge
http_server_requests_seconds_max{method="GET",outcome="SUCCESS",status="200",uri="/a"} 0.1
`,
    expected: { requests: 5, errors: 1, latency: { count: 5, sumMs: 500, buckets: null } },
  },
  'OpenMetrics: the counter without its suffix in the type, with exemplars': {
    text: `# TYPE http_requests counter
http_requests_total{code="200"} 5 # {trace_id="a"} 1.0 1736877785.1
http_requests_created{code="200"} 1736877785.0
# TYPE cache_hits counter
cache_hits_total 3
# EOF
`,
    expected: { requests: 5, errors: 0, cache_hits: 3 },
  },
  'express-prom-bundle: a histogram alone': {
    text: `# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.3",status_code="200",method="GET",path="/a"} 2
http_request_duration_seconds_bucket{le="+Inf",status_code="200",method="GET",path="/a"} 2
http_request_duration_seconds_sum{status_code="200",method="GET",path="/a"} 0.1
http_request_duration_seconds_count{status_code="200",method="GET",path="/a"} 2
`,
    expected: {
      requests: 2,
      errors: 0,
      latency: { count: 2, sumMs: 100, buckets: { boundsMs: [300], counts: [2] } },
    },
  },
  'Gitea, Woodpecker, postgres_exporter: no measure but the start': {
    text: `# TYPE gitea_repositories gauge
gitea_repositories 12
# TYPE woodpecker_pipeline_total_count gauge
woodpecker_pipeline_total_count 3
# TYPE pg_stat_database_xact_commit counter
pg_stat_database_xact_commit{datid="1",datname="gitea"} 1.2345e+06
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.7e+09
`,
    expected: { startedMs: 1_700_000_000_000 },
  },
};

it.each(Object.entries(products))('%s', (_, { text, expected }) => {
  expect(measured(text)).toEqual(expected);
});
