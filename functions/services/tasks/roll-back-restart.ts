import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { rollBackChange } from '../container-change.ts';
import { nextStep, withStarted } from '../operation.ts';
import { changeOperation, loadOperation } from '../operation-store.ts';
import { rollBackRestartTask } from '../restart-task-contracts.ts';
import { changeOf, engineOf, orFault, type RestartInput } from '../restart-work.ts';

/** Brings the container back as it was, and starts it. */
export const rollBackRestart = task(rollBackRestartTask, async ({ operation_id }: RestartInput, home: Home) => {
  const { backend } = home;
  let operation = await loadOperation(backend, operation_id);
  if (operation.phase === 'rolling_back') {
    const change = await changeOf(home, operation);
    const back = await orFault(home, operation, () => rollBackChange(engineOf(home, operation), change));
    operation = back.isDone
      ? await changeOperation(backend, operation_id, (current) => withStarted(current, backend.clock.now()))
      : back.operation;
  }
  return nextStep(operation, backend.clock.now());
});
