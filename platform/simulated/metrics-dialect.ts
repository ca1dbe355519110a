import type { ServedCalls } from './served-calls.ts';

/** How a product writes what it counts of the calls that it answered. */
export interface MetricsDialect {
  /** Left out where it has no counter beside its histogram. */
  counter?: string;
  /** Of failures, where the counter does not tell them by a label. */
  failureCounter?: string;
  /** Left out where it does not tell how long calls take. */
  histogram?: string;
  started: string;
  labels(call: Pick<ServedCalls, 'route' | 'status'>): Record<string, string>;
}

/** The platform's own services, and products whose figures nobody reads here. */
const ordinary: MetricsDialect = {
  counter: 'http_requests_total',
  histogram: 'http_request_duration_seconds',
  started: 'process_start_time_seconds',
  labels: ({ route, status }) => ({ ...methodAndPath(route, 'route'), status: String(status) }),
};

/** By service. Names and labels are the products' own, see platform/measures/default-measures.ts. */
const dialects: Readonly<Record<string, MetricsDialect>> = {
  'gateway-sentinel': {
    ...ordinary,
    counter: 'traefik_entrypoint_requests_total',
    histogram: 'traefik_entrypoint_request_duration_seconds',
    labels: ({ route, status }) => {
      const { method } = methodAndPath(route, 'path');
      return { code: String(status), entrypoint: 'web', method, protocol: 'http' };
    },
  },
  'litellm-proxy': {
    ...ordinary,
    counter: 'litellm_proxy_total_requests_metric_total',
    histogram: 'litellm_request_total_latency_metric',
    labels: ({ route, status }) => ({ route: route.split(' ')[1] ?? '', status_code: String(status) }),
  },
  'log-nexus': {
    histogram: 'loki_request_duration_seconds',
    started: ordinary.started,
    labels: ({ route, status }) => ({ ...methodAndPath(route, 'route'), status_code: String(status), ws: 'false' }),
  },
  'object-store': {
    counter: 'minio_s3_requests_total',
    failureCounter: 'minio_s3_requests_5xx_errors_total',
    started: 'minio_node_process_starttime_seconds',
    labels: ({ route }) => ({ api: route.split(' ')[1] ?? '', server: '127.0.0.1:9000' }),
  },
  observatory: {
    histogram: 'grafana_http_request_duration_seconds',
    started: ordinary.started,
    labels: ({ route, status }) => ({ ...methodAndPath(route, 'handler'), status_code: String(status) }),
  },
  'vector-memory': {
    ...ordinary,
    counter: 'rest_responses_total',
    histogram: 'rest_responses_duration_seconds',
    labels: ({ route, status }) => ({ ...methodAndPath(route, 'endpoint'), status: String(status) }),
  },
};

/** How the service of this name writes its figures. */
export function dialectOf(service: string): MetricsDialect {
  return dialects[service] ?? ordinary;
}

/** Parameters of a path stand in braces, as products write them. */
function methodAndPath<Label extends string>(route: string, label: Label) {
  const [method = '', path = ''] = route.split(' ');
  const labels = { method, [label]: path.replaceAll(/:(\w+)/g, '{$1}') };
  return labels as { method: string } & Record<Label, string>;
}
