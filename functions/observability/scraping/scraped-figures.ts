import type { Figures } from '../../core/figures.ts';
import { boundsMs, bucketName, durationSum } from '../../core/latency-histogram.ts';
import { withJudged } from '../traffic.ts';
import type { ReadingDelta } from './reading-delta.ts';
import { spreadLatency } from './spread-latency.ts';

/**
 * What a service did between two scrapes, as figures. All are whole. A figure that is missing is not known, one that is 0 is
 * known to be none.
 */
export function scrapedFigures({ counts, latency }: ReadingDelta): Figures {
  const { llm_cost_usd: microdollars, ...rest } = counts;
  const figures: Record<string, number> = { ...withJudged(rest) };
  if (microdollars !== undefined) figures['llm_cost_microusd'] = microdollars;
  if (!latency) return figures;
  figures['duration_count'] = latency.count;
  figures[durationSum] = Math.min(Number.MAX_SAFE_INTEGER, Math.round(latency.sumMs * 1000));
  for (const [index, count] of spreadLatency(latency, boundsMs) ?? []) figures[bucketName(index)] = count;
  return figures;
}
