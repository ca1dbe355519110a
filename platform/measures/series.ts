import type { Sample } from '../exposition/sample.ts';
import { matchesAny } from './label-pattern.ts';
import type { MeasureSource } from './measure-rules.ts';

/** The samples of an exposition by the names of their metrics. */
export type SeriesByName = ReadonlyMap<string, readonly Sample[]>;

/** Leaves out values that no counter has: below zero, infinite, or NaN. */
export function seriesByName(samples: readonly Sample[]): SeriesByName {
  return Map.groupBy(
    samples.filter(({ value }) => value >= 0 && value <= Number.MAX_SAFE_INTEGER),
    ({ name }) => name,
  );
}

/**
 * The series of a source, which may be none of those that are there now; undefined where the service does not expose it: no
 * series of the metric has all the labels that are asked for. OpenMetrics names a counter with `_total`, Prometheus as it
 * likes, so that a name is looked for in both ways.
 */
export function seriesOf(all: SeriesByName, { metric, labels = {} }: MeasureSource): readonly Sample[] | undefined {
  const other = metric.endsWith('_total') ? metric.slice(0, -'_total'.length) : `${metric}_total`;
  const wanted = Object.entries(labels);
  const labelled = (all.get(metric) ?? all.get(other) ?? []).filter((sample) =>
    wanted.every(([label]) => sample.labels[label] !== undefined),
  );
  if (labelled.length === 0) return undefined;
  return labelled.filter((sample) =>
    wanted.every(([label, patterns]) => matchesAny(patterns, sample.labels[label] ?? '')),
  );
}

export function sumOf(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
