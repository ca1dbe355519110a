import type { Home } from '../../core/endpoint.ts';
import { inAnyOrder } from '../../core/in-any-order.ts';
import { task } from '../../core/task.ts';
import { endExecution } from '../end-execution.ts';
import { findExecution, unfinishedExecutions } from '../execution-store.ts';
import { reconcileExecutionsTask } from '../task-contracts.ts';

/** Of the time of a call, ms: enough for the execution that it looks at last. */
const reserveMs = 15_000;

/**
 * Puts right what was cut short: an execution that was stored and never started is started, one whose run of the state
 * machine has ended is ended, and an end that was not published is published. One that cannot be put right now is logged,
 * and does not keep the others from it. Of very many a call leaves some, and the next has others.
 */
export const reconcileExecutions = task(reconcileExecutionsTask, async (_: unknown, home: Home) => {
  const { clock } = home.backend;
  const endMs = clock.now() + reconcileExecutionsTask.timeoutMs - reserveMs;
  let reconciled = 0;
  const ids: string[] = [];
  for await (const id of unfinishedExecutions(home.backend)) ids.push(id);
  const look = async (id: string) => {
    reconciled += (await reconcile(id, home)) ? 1 : 0;
  };
  const left = await inAnyOrder(ids, look, { clock, endMs });
  if (left > 0) home.log.warn('executions were left to the next reconciliation', { left });
  return { reconciled };
});

async function reconcile(id: string, home: Home): Promise<boolean> {
  try {
    return await compare(id, home);
  } catch (error) {
    home.log.error('execution could not be reconciled', { execution_id: id, error: error as Error });
    return false;
  }
}

/** The index may lag and says only where to look: the execution itself decides. */
async function compare(id: string, home: Home): Promise<boolean> {
  const { backend, log } = home;
  const execution = await findExecution(backend, id);
  if (execution?.unfinished === undefined) return false;
  const run = await backend.machine('workflow').describe(id);
  if (run?.status === 'RUNNING') return false;
  log.warn('execution reconciled', { execution_id: id, run: run?.status ?? 'missing' });
  if (run || execution.status !== 'running') await endExecution(home, id);
  else await backend.machine('workflow').start(id, { execution_id: id });
  return true;
}
