import type { Metric } from 'prom-client';
import Registry from 'prom-client/lib/registry.js';
import type { Figures } from '../core/figures.ts';
import { countUpTo, durationCount, durationTotalMs } from '../core/latency-histogram.ts';

/** One metric with its samples, as Prometheus knows them. */
export interface Family {
  /** With its unit, in seconds; `_total` at its end if, and only if, it is a counter. */
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: Sample[];
}

interface Sample {
  labels: Record<string, string>;
  value: number;
  /** Where it is not the family's: `<family>_bucket`, `_sum` or `_count`. */
  metricName?: string;
}

/** The families in Prometheus' text format, version 0.0.4. Those without samples are there too, with their help. */
export function prometheusText(families: readonly Family[]): Promise<string> {
  const registry = new Registry();
  for (const { samples, ...family } of families) {
    const metric = { ...family, aggregator: 'sum', get: async () => ({ ...family, values: samples }) };
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry.metrics();
}

/** A family of counts that only rise. */
export function counter(name: string, help: string, samples: Sample[]): Family {
  return { name, help, type: 'counter', samples };
}

/** The durations among figures as the samples of a histogram in seconds. The bounds are ms, of those that the buckets have. */
export function histogramSamples(
  name: string,
  labels: Record<string, string>,
  figures: Figures,
  boundsMs: readonly number[],
): Sample[] {
  const count = durationCount(figures);
  const buckets = boundsMs.map((boundMs) => ({
    labels: { ...labels, le: String(boundMs / 1000) },
    value: countUpTo(figures, boundMs),
    metricName: `${name}_bucket`,
  }));
  return [
    ...buckets,
    { labels: { ...labels, le: '+Inf' }, value: count, metricName: `${name}_bucket` },
    { labels, value: durationTotalMs(figures) / 1000, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}
