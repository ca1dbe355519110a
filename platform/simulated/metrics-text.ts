import type { MetricsDialect } from './metrics-dialect.ts';
import { durationBounds, type ServedCalls } from './served-calls.ts';

/** What a service counted of its calls since it started, as Prometheus text in its own dialect. */
export function metricsText(dialect: MetricsDialect, calls: readonly ServedCalls[], startedMs: number): string {
  const series = seriesOf(dialect, calls);
  const { counter, failureCounter, histogram, started } = dialect;
  return [
    ...(counter ? counterLines(counter, series) : []),
    ...(failureCounter ? counterLines(failureCounter, seriesOf(dialect, calls.filter(isFailure))) : []),
    ...(histogram ? histogramLines(histogram, series) : []),
    `# HELP ${started} When this service started, in epoch seconds.`,
    `# TYPE ${started} gauge`,
    `${started} ${startedMs / 1000}`,
    '',
  ].join('\n');
}

/** A counter without labels, with its head. */
export function counterText(name: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${name} ${value}\n`;
}

/** Calls whose labels are the same. */
type Series = [labels: string, calls: ServedCalls[]];

function seriesOf({ labels }: MetricsDialect, calls: readonly ServedCalls[]): Series[] {
  const text = (call: ServedCalls) =>
    Object.entries(labels(call))
      .map(([name, value]) => `${name}="${value}"`)
      .join(',');
  return [...Map.groupBy(calls, text)];
}

function isFailure({ status }: ServedCalls): boolean {
  return status >= 500;
}

function counterLines(name: string, series: Series[]): string[] {
  const samples = series.map(([labels, calls]) => `${name}{${labels}} ${countOf(calls)}`);
  return [`# HELP ${name} Calls answered.`, `# TYPE ${name} counter`, ...samples];
}

function histogramLines(name: string, series: Series[]): string[] {
  const samples = series.flatMap(([labels, calls]) => {
    const within = (bucket: number) => countOf(calls.filter((call) => call.bucket <= bucket));
    return [
      ...durationBounds.map((bound, bucket) => `${name}_bucket{${labels},le="${bound}"} ${within(bucket)}`),
      `${name}_bucket{${labels},le="+Inf"} ${countOf(calls)}`,
      `${name}_sum{${labels}} ${calls.reduce((sum, { seconds }) => sum + seconds, 0)}`,
      `${name}_count{${labels}} ${countOf(calls)}`,
    ];
  });
  return [`# HELP ${name} Seconds from a call to its answer.`, `# TYPE ${name} histogram`, ...samples];
}

function countOf(calls: readonly ServedCalls[]): number {
  return calls.reduce((sum, { count }) => sum + count, 0);
}
