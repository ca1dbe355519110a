import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { type Breakage, endRestart } from '../end-restart.ts';
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
  const { outcome } = await endRestart(home, operation_id, broken_off && breakage(broken_off.Error));
  return { outcome };
});

/** Lambda, and the embedded home alike, give the name of the error that a task threw. */
function breakage(error: string | undefined): Breakage {
  return error === 'ContainerHostUnreachable'
    ? { code: 'SERVICE_UNAVAILABLE', message: 'The restart was broken off: its container host cannot be reached.' }
    : { code: 'INTERNAL', message: 'The restart was broken off: a step of it failed again and again.' };
}
