import { ContainerHostUnreachable } from '../../../platform/containers/container-engine.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { endRestart } from '../end-restart.ts';
import { findOperation, unfinishedOperations } from '../operation-store.ts';
import { reconcileRestartsTask } from '../restart-task-contracts.ts';
import { engineOf } from '../restart-work.ts';

/** How long after an operation was stored its execution is waited for, in ms: starting it follows at once. */
const startMs = 60_000;

/**
 * Ends restarts that nobody works on any more: their execution ended without saying so, was stopped from outside, or was
 * never begun because the process died before. One that was never begun is not begun now: nobody waits for it any more,
 * and a restart late is a surprise. One that cannot be ended now is logged, and does not keep the others from it; a host
 * that cannot be reached is asked no more in this round.
 */
export const reconcileRestarts = task(reconcileRestartsTask, async (_: unknown, home: Home) => {
  let ended = 0;
  const unreachable = new Set<string>();
  for await (const id of unfinishedOperations(home.backend))
    ended += (await reconcile(id, { home, unreachable })) ? 1 : 0;
  return { ended };
});

interface Round {
  home: Home;
  /** Hosts that could not be reached. */
  unreachable: Set<string>;
}

async function reconcile(id: string, { home, unreachable }: Round): Promise<boolean> {
  try {
    return await compare(id, { home, unreachable });
  } catch (error) {
    if (error instanceof ContainerHostUnreachable) unreachable.add(error.host);
    home.log.error('restart could not be reconciled', { operation_id: id, error: error as Error });
    return false;
  }
}

async function compare(id: string, { home, unreachable }: Round): Promise<boolean> {
  const { backend, log } = home;
  const operation = await findOperation(backend, id);
  if (!operation?.unfinished || unreachable.has(engineOf(home, operation).host)) return false;
  const execution = await backend.machine('service-restart').describe(id);
  if (execution?.status === 'RUNNING') return false;
  if (!execution && backend.clock.now() - operation.createdMs < startMs) return false;
  log.warn('restart reconciled', { operation_id: id, execution: execution?.status ?? 'missing' });
  const message = execution ? 'The restart was broken off.' : 'The restart was never begun.';
  await endRestart(home, id, { code: 'INTERNAL', message });
  return true;
}
