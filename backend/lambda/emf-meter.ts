import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Meter, MeteredReading, Reading } from '../../functions/core/figures.ts';
import type { Log } from '../../functions/core/log.ts';
import { metricNames, metricNamespace, readingField } from './metric-names.ts';

/**
 * Writes each reading as one log record in CloudWatch's embedded metric format. CloudWatch makes metrics of it by outcome
 * alone, since it bills each combination of dimensions, and by deployment, whose name Powertools takes from the
 * environment. The whole reading is in {@link readingField}, and a log subscription brings it to the figures.
 */
export function emfMeter(log: Pick<Log, 'warn'>, metrics = new Metrics({ namespace: metricNamespace })): Meter {
  return {
    record(reading) {
      try {
        print(metrics, reading);
      } catch (error) {
        const { kind, subject } = reading;
        log.warn('a reading could not be taken', { kind, subject, error: error as Error });
        discard(metrics);
      }
    },
  };
}

function print(metrics: Metrics, { outcome, durationMs, ...reading }: MeteredReading): void {
  const names = metricNames(reading.kind);
  metrics.addDimension('outcome', outcome).addMetric(names.count, MetricUnit.Count, 1);
  if (durationMs !== undefined) metrics.addMetric(names.durationMs, MetricUnit.Milliseconds, durationMs);
  metrics.addMetadata(readingField, JSON.stringify(reading satisfies Reading)).publishStoredMetrics();
}

/** What was noted of a record that could not be printed would else stand in the next one. */
function discard(metrics: Metrics): void {
  metrics.clearMetrics();
  metrics.clearDimensions();
  metrics.clearMetadata();
}
