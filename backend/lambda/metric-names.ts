import type { FigureKind } from '../../functions/core/figures.ts';

/** Names the field of a log record that holds a reading, and so the records that are brought to `record-readings`. */
export const readingField = 'omni.reading';

/** The namespace of the project's metrics in CloudWatch. Their dimension `service` is the name of the deployment. */
export const metricNamespace = 'OmniOrchestrator';

/** What the metrics of a kind are called in CloudWatch: `Requests` and `RequestsDuration`. */
export function metricNames(kind: FigureKind): { count: string; durationMs: string } {
  const count = kind.charAt(0).toUpperCase() + kind.slice(1);
  return { count, durationMs: `${count}Duration` };
}
