import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { endRefresh } from '../end-refresh.ts';
import { findRefresh, unfinishedRefreshes } from '../refresh-store.ts';
import { reconcileRefreshesTask } from '../task-contracts.ts';

/**
 * Puts right what was cut short: a refresh that was stored and never started is started, one whose run of the state machine
 * has ended is ended, and an end that was not published is published. One that cannot be put right now is logged, and does
 * not keep the others from it.
 */
export const reconcileRefreshes = task(reconcileRefreshesTask, async (_: unknown, home: Home) => {
  let reconciled = 0;
  for await (const id of unfinishedRefreshes(home.backend)) reconciled += (await reconcile(id, home)) ? 1 : 0;
  return { reconciled };
});

async function reconcile(id: string, home: Home): Promise<boolean> {
  try {
    return await compare(id, home);
  } catch (error) {
    home.log.error('refresh could not be reconciled', { refresh_id: id, error: error as Error });
    return false;
  }
}

const brokenOff = { code: 'INTERNAL', message: 'The refresh was broken off.' } as const;

/** The index may lag and says only where to look: the refresh itself decides. */
async function compare(id: string, home: Home): Promise<boolean> {
  const { backend, log } = home;
  const refresh = await findRefresh(backend, id);
  if (refresh?.unfinished === undefined) return false;
  const run = await backend.machine('knowledge-refresh').describe(id);
  if (run?.status === 'RUNNING') return false;
  log.warn('refresh reconciled', { refresh_id: id, run: run?.status ?? 'missing' });
  if (run || refresh.status !== 'running') await endRefresh(home, id, brokenOff);
  else await backend.machine('knowledge-refresh').start(id, { refresh_id: id });
  return true;
}
