import type { Backend } from '../../backend/backend.ts';
import type { Reading } from '../core/figures.ts';
import { perMinute } from './figure-changes.ts';
import { putInInbox } from './figure-inbox.ts';

/** A reading has at most some 300 figures, of 15 bytes each as text, and an item at most 400 kB. */
const readingsInItem = 80;

/**
 * Stores readings so that they count from now on. The marker names the batch: recorded again, whole or in part, it changes
 * nothing, at least for 14 days. So whoever is not sure whether a batch was recorded records it again, with the same readings.
 */
export async function recordReadings(
  { table }: Pick<Backend, 'table'>,
  marker: string,
  readings: readonly Reading[],
): Promise<void> {
  const metrics = table('metrics');
  const sums = perMinute(readings);
  for (let start = 0; start < sums.length; start += readingsInItem) {
    const part = { marker: `${marker}.${start}`, readings: sums.slice(start, start + readingsInItem) };
    await putInInbox(metrics, part);
  }
}
