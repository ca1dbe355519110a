import type { ReadingDelta } from './reading-delta.ts';
import { spreadLatency } from './spread-latency.ts';

/** Named numbers that add: those of two times are those of both together. */
export type Figures = Record<string, number>;

/**
 * What a service did between two scrapes, as figures. All are whole. A figure that is missing is not known, one that is 0 is
 * known to be none. `latency_<index>` counts the requests within the bound of that index and above the one before it.
 */
export function scrapedFigures({ counts, latency }: ReadingDelta, boundsMs: readonly number[]): Figures {
  const { llm_cost_usd: microdollars, ...rest } = counts;
  const figures: Figures = { ...rest };
  if (microdollars !== undefined) figures['llm_cost_microusd'] = microdollars;
  if (!latency) return figures;
  figures['latency_count'] = latency.count;
  figures['latency_sum_ms'] = latency.sumMs;
  for (const [index, count] of spreadLatency(latency, boundsMs) ?? []) figures[`latency_${index}`] = count;
  return figures;
}
