import type { Backend } from '../../backend/backend.ts';
import type { Reading } from '../core/figures.ts';
import { perMinute } from './figure-changes.ts';
import { putInInbox } from './figure-inbox.ts';

/** A reading has at most some 300 figures, of 15 bytes each as text, and an item at most 400 kB. */
const readingsInItem = 80;

/**
 * A message or log batch comes again for as long as queues and dead-letter queues keep it: 14 days, and a day more for the
 * clocks.
 */
const longestRepeatedSeconds = 15 * 24 * 3600;

/**
 * Stores readings so that they count from now on. The marker names the batch: whoever is not sure whether it was recorded
 * records it again, with the same readings, and for so many seconds (15 days where left out) that changes nothing. Who knows
 * that a batch comes again soon or never says so, since every batch is remembered for so long.
 */
export async function recordReadings(
  { table }: Pick<Backend, 'table'>,
  marker: string,
  readings: readonly Reading[],
  repeatedSeconds = longestRepeatedSeconds,
): Promise<void> {
  const metrics = table('metrics');
  const sums = perMinute(readings);
  for (let start = 0; start < sums.length; start += readingsInItem) {
    const part = sums.slice(start, start + readingsInItem);
    await putInInbox(metrics, { marker: `${marker}.${start}`, readings: part, repeatedSeconds });
  }
}
