import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Figures, Meter, Reading } from '../../functions/core/figures.ts';
import { durationTotalMs, isDurationName } from '../../functions/core/latency-histogram.ts';
import { statusPrefix } from '../../functions/core/request-reading.ts';

/** Names the field of a log record that holds a reading, and so the records that are brought to `record-readings`. */
export const readingField = 'omni.reading';

/** The namespace of the project's metrics in CloudWatch. */
export const metricNamespace = 'OmniOrchestrator';

/**
 * Writes each reading as one log record in CloudWatch's embedded metric format. CloudWatch makes metrics of it by outcome
 * alone, since it bills each combination of dimensions; the whole reading is in {@link readingField}, and a log subscription
 * brings it to the figures.
 */
export function emfMeter(
  metrics = new Metrics({ namespace: metricNamespace, serviceName: 'omni-orchestrator' }),
): Meter {
  return {
    record(reading) {
      const { name, outcome } = labelsOf(reading);
      metrics
        .addDimension('outcome', outcome)
        .addMetric(name, MetricUnit.Count, 1)
        .addMetric(`${name}Duration`, MetricUnit.Milliseconds, durationTotalMs(reading.figures))
        .addMetadata(readingField, JSON.stringify(reading))
        .publishStoredMetrics();
    },
  };
}

/** `Requests` by class of status (`2xx`), `Deliveries` by outcome, and so on. */
function labelsOf({ kind, figures }: Reading): { name: string; outcome: string } {
  return { name: kind.charAt(0).toUpperCase() + kind.slice(1), outcome: outcomeOf(figures) };
}

function outcomeOf(figures: Figures): string {
  const named = Object.keys(figures).find((name) => !isDurationName(name)) ?? 'other';
  return named.startsWith(statusPrefix) ? `${named.charAt(statusPrefix.length)}xx` : named;
}
