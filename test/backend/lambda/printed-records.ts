import { type Mock, vi } from 'vitest';
import { emfMeter } from '../../../backend/lambda/emf-meter.ts';
import type { Meter, MeteredReading } from '../../../functions/core/figures.ts';
import type { LogFields } from '../../../functions/core/log.ts';

/** A warning, as its message and fields. */
export type Warning = [message: string, fields: LogFields | undefined];

/** What a meter of a Lambda function prints and warns of while something is measured. */
export function printedWhile(measure: (meter: Meter, print: Mock<typeof console.log>) => void) {
  const lines: string[] = [];
  const warnings: Warning[] = [];
  const print = vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'Omni');
  measure(emfMeter({ warn: (...warning) => void warnings.push(warning as Warning) }), print);
  vi.unstubAllEnvs();
  print.mockRestore();
  return { lines, warnings };
}

/** The log records that measuring these readings prints. */
export function recordsOf(readings: MeteredReading[]): string[] {
  return printedWhile((meter) => readings.map((each) => meter.record(each))).lines;
}
