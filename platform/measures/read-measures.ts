import type { Sample } from '../exposition/sample.ts';
import { addedLatencies, type CumulativeLatency } from './cumulative-latency.ts';
import { type CountMeasure, countMeasures, type MeasureSource } from './measure-rules.ts';
import type { MeasureWay, MeasureWays } from './measure-ways.ts';
import { readLatency } from './read-latency.ts';
import { type SeriesByName, seriesByName, seriesOf, sumOf } from './series.ts';

/** What one scrape of a service tells: totals since the service started. A measure that is not known is absent. */
export interface MeasuredTotals {
  /** Of the {@link MeasureWays} by which it was read. */
  waysId: string;
  /** When the process started, in epoch ms by its own clock. */
  startedMs?: number;
  /** Whole numbers; money is millionths of its unit. */
  counts: Partial<Record<CountMeasure, { wayId: string; total: number }>>;
  latency?: { wayId: string } & CumulativeLatency;
}

/**
 * Reads the measures of a service. The way that the reading before took is kept while the service exposes it, so that what
 * is compared is the same thing; else the first that it exposes is taken.
 */
export function readMeasures(samples: readonly Sample[], ways: MeasureWays, before?: MeasuredTotals): MeasuredTotals {
  const all = seriesByName(samples);
  const reading: MeasuredTotals = { waysId: ways.id, counts: {} };
  for (const measure of countMeasures) {
    const found = firstExposed(ways.of.get(measure), before?.counts[measure]?.wayId, (source) => countOf(all, source));
    const scale = measure === 'llm_cost_usd' ? millionths : 1;
    if (found) reading.counts[measure] = { wayId: found.wayId, total: exact(Math.round(sum(found.values) * scale)) };
  }
  const latency = firstExposed(ways.of.get('latency'), before?.latency?.wayId, (source) => readLatency(all, source));
  if (latency) reading.latency = { wayId: latency.wayId, ...addedLatencies(latency.values) };
  const started = firstExposed(ways.of.get('started'), undefined, (source) => latestOf(all, source));
  if (started) reading.startedMs = exact(Math.round(Math.max(...started.values) * 1000));
  return reading;
}

/** Larger ones are none that anything counted, and could neither be added exactly nor stored. */
function exact(total: number): number {
  return Math.min(total, Number.MAX_SAFE_INTEGER);
}

/** Money is counted in whole millionths, so that many small sums add up to what they are. */
const millionths = 1_000_000;

/** A way is exposed where any of its sources is. */
function firstExposed<Value>(
  ways: readonly MeasureWay[] = [],
  preferredId: string | undefined,
  read: (source: MeasureSource) => Value | undefined,
): { wayId: string; values: Value[] } | undefined {
  const preferred = ways.filter(({ id }) => id === preferredId);
  for (const { id, sources } of [...preferred, ...ways]) {
    const values = sources.flatMap((source) => read(source) ?? []);
    if (values.length > 0) return { wayId: id, values };
  }
  return undefined;
}

function countOf(all: SeriesByName, source: MeasureSource): number | undefined {
  const series = seriesOf(all, source);
  return series && sumOf(series);
}

/** Of several processes the one that started last, as its counters are the ones that began anew. */
function latestOf(all: SeriesByName, source: MeasureSource): number | undefined {
  const series = seriesOf(all, source);
  return series && series.length > 0 ? Math.max(...series.map(({ value }) => value)) : undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
