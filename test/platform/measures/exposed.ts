import { parseExposition } from '../../../platform/exposition/parse-exposition.ts';
import { type MeasuresField, measuresField } from '../../../platform/measures/measure-rules.ts';
import { measureWays } from '../../../platform/measures/measure-ways.ts';
import { type MeasuredTotals, readMeasures } from '../../../platform/measures/read-measures.ts';

/** What is read of a service with this exposition, whose row says this of its measures. */
export function readingOf(text: string, field?: unknown, before?: MeasuredTotals): MeasuredTotals {
  const measures: MeasuresField | undefined = field === undefined ? undefined : measuresField.parse(field);
  return readMeasures(parseExposition(text), measureWays(measures), before);
}

/** The same in short: totals and latency without the ways by which they are known. */
export function measured(text: string, field?: unknown) {
  const { counts, latency, startedMs } = readingOf(text, field);
  const totals = Object.fromEntries(Object.entries(counts).map(([measure, { total }]) => [measure, total]));
  const { wayId: _, ...rest } = latency ?? { wayId: '' };
  return { ...totals, ...(latency ? { latency: rest } : {}), ...(startedMs === undefined ? {} : { startedMs }) };
}
