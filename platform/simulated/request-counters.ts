/** Counts the calls of one service by route and status, and gives them as Prometheus text. */
export function createRequestCounters(startedAt: number): RequestCounters {
  const counts = new Map<string, number>();
  let secondsSum = 0;
  let total = 0;
  return {
    count(route, status, seconds) {
      const [method, path] = route.split(' ');
      const labels = `method="${method}",route="${path}",status="${status}"`;
      counts.set(labels, (counts.get(labels) ?? 0) + 1);
      secondsSum += seconds;
      total += 1;
    },
    text: () =>
      [
        '# HELP http_requests_total Calls answered.',
        '# TYPE http_requests_total counter',
        ...[...counts].map(([labels, count]) => `http_requests_total{${labels}} ${count}`),
        '# HELP http_request_duration_seconds Time from a call to its answer.',
        '# TYPE http_request_duration_seconds summary',
        `http_request_duration_seconds_sum ${secondsSum}`,
        `http_request_duration_seconds_count ${total}`,
        '# HELP process_start_time_seconds When this stand-in started, in epoch seconds.',
        '# TYPE process_start_time_seconds gauge',
        `process_start_time_seconds ${startedAt / 1000}`,
        '',
      ].join('\n'),
  };
}

export interface RequestCounters {
  /** `route` is `METHOD /path/:parameter`. */
  count(route: string, status: number, seconds: number): void;
  text(): string;
}
