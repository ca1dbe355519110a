import type { Reading } from '../../core/figures.ts';
import { task } from '../../core/task.ts';
import { recordReadings as record } from '../record-readings.ts';
import { recordReadingsTask } from '../task-contracts.ts';

/** Readings of functions, in batches that each have a name: the same batch again changes nothing. */
export interface RecordedBatch {
  marker: string;
  readings: Reading[];
  /** For how long it may come again, in seconds; as long as anything may where left out. */
  repeatedSeconds?: number;
}

export const recordReadings = task(
  recordReadingsTask,
  async ({ marker, readings, repeatedSeconds }: RecordedBatch, { backend }) =>
    record(backend, marker, readings, repeatedSeconds),
);
