import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { endExecution } from '../end-execution.ts';
import { finishWorkflowTask } from '../task-contracts.ts';

interface FinishInput {
  /** The whole input of the state: what the execution was started with, and why it broke off, if it did. */
  execution: { execution_id: string; broken_off?: { Error?: string } };
}

/** Ends the execution that this run of the state machine is of. */
export const finishWorkflow = task(finishWorkflowTask, async ({ execution }: FinishInput, home: Home) => {
  const { execution_id, broken_off } = execution;
  if (broken_off) home.log.error('workflow broken off', { execution_id, reason: broken_off.Error });
  const message = 'The execution was broken off: driving it failed again and again.';
  const { status } = await endExecution(home, execution_id, broken_off && { code: 'INTERNAL', message });
  return { status };
});
