import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { applyChange } from '../container-change.ts';
import { nextStep, withStarted } from '../operation.ts';
import { changeOperation, loadOperation } from '../operation-store.ts';
import { applyRestartTask } from '../restart-task-contracts.ts';
import { changeOf, engineOf, orFault, type RestartInput } from '../restart-work.ts';

/** Does what is planned to the container, up to its start. */
export const applyRestart = task(applyRestartTask, async ({ operation_id }: RestartInput, home: Home) => {
  const { backend } = home;
  let operation = await loadOperation(backend, operation_id);
  if (operation.phase === 'applying') {
    const change = await changeOf(home, operation);
    const applied = await orFault(home, operation, () => applyChange(engineOf(home, operation), change));
    operation = applied.isDone
      ? await changeOperation(backend, operation_id, (current) => withStarted(current, backend.clock.now()))
      : applied.operation;
  }
  return nextStep(operation, backend.clock.now());
});
