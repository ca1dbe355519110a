import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { rollBackChange } from '../container-change.ts';
import { nextStep, withStarted } from '../operation.ts';
import { changeOperation, loadOperation } from '../operation-store.ts';
import { rollBackRestartTask } from '../restart-task-contracts.ts';
import { changeOf, engineOf, type RestartInput } from '../restart-work.ts';

/**
 * Brings the container back as it was, and starts it. Whatever the engine answers, it is tried again as often as the state
 * machine says: until it succeeds no container serves.
 */
export const rollBackRestart = task(rollBackRestartTask, async ({ operation_id }: RestartInput, home: Home) => {
  const { backend } = home;
  let operation = await loadOperation(backend, operation_id);
  if (operation.phase === 'rolling_back') {
    await rollBackChange(engineOf(home, operation), await changeOf(home, operation));
    operation = await changeOperation(backend, operation_id, (current) => withStarted(current, backend.clock.now()));
  }
  return nextStep(operation, backend.clock.now());
});
