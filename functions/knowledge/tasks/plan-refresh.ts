import { randomUUID } from 'node:crypto';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { knowledgeClient } from '../knowledge-client.ts';
import { readSources } from '../known-sources.ts';
import { type Refresh, withPlan } from '../refresh.ts';
import { planRefresh as planOf } from '../refresh-plan.ts';
import { changeRefresh, loadRefresh } from '../refresh-store.ts';
import { storeSources } from '../source-run-store.ts';
import { planRefreshTask } from '../task-contracts.ts';

/**
 * Decides which sources are ingested, once: a call that is repeated gives the plan that is stored. The state machine gets
 * their numbers alone, since what it carries is bounded at 256 KiB.
 */
export const planRefresh = task(planRefreshTask, async ({ refresh_id }: { refresh_id: string }, home: Home) => {
  const refresh = await loadRefresh(home.backend, refresh_id);
  const isOpen = refresh.status === 'running' && !refresh.plan;
  const { plan, request, status } = isOpen ? await makePlan(home, refresh) : refresh;
  const isRunning = status === 'running';
  const ingestCount = isRunning ? (plan?.ingestCount ?? 0) : 0;
  return {
    sources: Array.from({ length: ingestCount }, (_, index) => index + 1),
    rebuild_cache: isRunning && request.rebuild_cache,
  };
});

/** The sources come first, under a name of this attempt's own; storing the plan makes them count. */
async function makePlan(home: Home, refresh: Refresh): Promise<Refresh> {
  const { backend, settings } = home;
  const { request } = refresh;
  const upstream = knowledgeClient(home, { timeoutMs: settings.upstreamTimeoutMs, requestId: refresh.id });
  const { sources, ...figures } = planOf(await readSources(upstream, request.force_reingest), request);
  const planId = randomUUID();
  await storeSources(backend, refresh, { planId, sources, nowMs: backend.clock.now() });
  const plan = { id: planId, ...figures };
  return changeRefresh(backend, refresh.id, (current) => withPlan(current, plan));
}
