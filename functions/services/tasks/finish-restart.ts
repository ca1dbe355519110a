import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { endRestart } from '../end-restart.ts';
import { finishRestartTask } from '../restart-task-contracts.ts';
import type { RestartInput } from '../restart-work.ts';

interface FinishInput {
  /** The whole input of the state: what the execution was started with, and why it broke off, if it did. */
  execution: RestartInput & { broken_off?: { Error?: string; Cause?: string } };
}

/** Ends the restart that this execution is of. */
export const finishRestart = task(finishRestartTask, async ({ execution }: FinishInput, home: Home) => {
  const { operation_id, broken_off } = execution;
  if (broken_off) home.log.error('restart broken off', { operation_id, reason: broken_off });
  const reason =
    broken_off &&
    'The restart was broken off: its container host could not be reached, or a step failed again and again.';
  const { outcome } = await endRestart(home, operation_id, reason);
  return { outcome };
});
