import { task } from '../../core/task.ts';
import { foldReadings as fold } from '../fold-readings.ts';
import { foldReadingsTask } from '../task-contracts.ts';

/** Within the minute, so that runs seldom meet. */
const longestMs = 45_000;

export const foldReadings = task(foldReadingsTask, async (_: unknown, { backend }) =>
  fold(backend, { deadlineMs: backend.clock.now() + longestMs }),
);
