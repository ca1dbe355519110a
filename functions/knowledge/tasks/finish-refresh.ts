import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { endRefresh } from '../end-refresh.ts';
import type { Breakage } from '../refresh.ts';
import { finishRefreshTask } from '../task-contracts.ts';

interface FinishInput {
  /** The whole input of the state: what the execution was started with, and why it broke off, if it did. */
  execution: { refresh_id: string; broken_off?: { Error?: string; Cause?: string } };
}

/** Ends the refresh that this execution is of. */
export const finishRefresh = task(finishRefreshTask, async ({ execution }: FinishInput, home: Home) => {
  const { refresh_id, broken_off } = execution;
  if (broken_off) home.log.error('refresh broken off', { refresh_id, reason: broken_off.Error });
  const { status } = await endRefresh(home, refresh_id, broken_off && breakage(broken_off.Error));
  return { status };
});

/** Lambda, and the embedded home alike, give the name of the error that a task threw; planning alone throws an upstream's. */
function breakage(error: string | undefined): Breakage {
  return error?.startsWith('Upstream')
    ? { code: 'SERVICE_UNAVAILABLE', message: 'The knowledge layer could not be asked which sources are stale.' }
    : { code: 'INTERNAL', message: 'The refresh was broken off: a step of it failed again and again.' };
}
