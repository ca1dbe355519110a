import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { endRestart } from '../end-restart.ts';
import { findOperation, unfinishedOperations } from '../operation-store.ts';
import { reconcileRestartsTask } from '../restart-task-contracts.ts';

/** How long after an operation was stored its execution is waited for, in ms: starting it follows at once. */
const startMs = 60_000;

/**
 * Ends restarts that nobody works on any more: their execution ended without saying so, was stopped from outside, or was
 * never begun because the process died before. One that was never begun is not begun now: nobody waits for it any more,
 * and a restart late is a surprise. One that cannot be ended now is logged, and does not keep the others from it.
 */
export const reconcileRestarts = task(reconcileRestartsTask, async (_: unknown, home: Home) => {
  let ended = 0;
  for await (const id of unfinishedOperations(home.backend)) ended += (await reconcile(id, home)) ? 1 : 0;
  return { ended };
});

async function reconcile(id: string, home: Home): Promise<boolean> {
  try {
    return await compare(id, home);
  } catch (error) {
    home.log.error('restart could not be reconciled', { operation_id: id, error: error as Error });
    return false;
  }
}

async function compare(id: string, home: Home): Promise<boolean> {
  const { backend, log } = home;
  const operation = await findOperation(backend, id);
  if (!operation?.unfinished) return false;
  const execution = await backend.machine('service-restart').describe(id);
  if (execution?.status === 'RUNNING') return false;
  if (!execution && backend.clock.now() - operation.createdMs < startMs) return false;
  log.warn('restart reconciled', { operation_id: id, execution: execution?.status ?? 'missing' });
  await endRestart(home, id, execution ? 'The restart was broken off.' : 'The restart was never begun.');
  return true;
}
