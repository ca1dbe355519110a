import type { Reading } from '../../core/figures.ts';
import { task } from '../../core/task.ts';
import { recordReadings as record } from '../record-readings.ts';
import { recordReadingsTask } from '../task-contracts.ts';

/** Readings of functions, in batches that each have a name: the same batch again changes nothing. */
export interface ReadingBatch {
  marker: string;
  readings: Reading[];
}

export const recordReadings = task(recordReadingsTask, async ({ marker, readings }: ReadingBatch, { backend }) =>
  record(backend, marker, readings),
);
