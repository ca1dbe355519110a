import type { Home } from '../core/endpoint.ts';
import { eventOf, publishEvents } from '../events/contract.ts';
import { type Breakage, type Refresh, withEnd, withNothingLeft } from './refresh.ts';
import { freeKnowledge } from './refresh-lock.ts';
import { changeRefresh, loadRefresh } from './refresh-store.ts';
import { isOver, type SourceRun, withEnd as withSourceEnd } from './source-run.ts';
import { changeSource, loadSources } from './source-run-store.ts';

type Ports = Pick<Home, 'backend'>;

/**
 * Ends a refresh: sources that were not brought to their end have failed, the end is stored and published, and the next
 * refresh may begin. Called again, it repeats the rest and decides nothing anew.
 */
export async function endRefresh({ backend }: Ports, id: string, breakage?: Breakage): Promise<Refresh> {
  const refresh = await loadRefresh(backend, id);
  const sources = refresh.status === 'running' ? await endSources({ backend }, refresh, breakage) : [];
  const nowMs = backend.clock.now();
  const ended = await changeRefresh(backend, id, (current) => withEnd(current, sources, { breakage, nowMs }));
  await publishEvents(backend, [endEvent(ended)]);
  await freeKnowledge(backend, id);
  return changeRefresh(backend, id, withNothingLeft);
}

/** What a source says that was left, though nothing else broke off: the state machine has given it up. */
const givenUp = 'Following its ingestion failed again and again.';

/** The sources, each at its end. */
async function endSources({ backend }: Ports, refresh: Refresh, breakage?: Breakage): Promise<SourceRun[]> {
  const { id, plan } = refresh;
  const sources = await loadSources(backend, id, plan);
  if (!plan) return sources;
  const end = { state: 'failed', error: breakage?.message ?? givenUp } as const;
  const nowMs = backend.clock.now();
  return Promise.all(
    sources.map((source, index) =>
      isOver(source)
        ? source
        : changeSource(backend, refresh, { plan, number: index + 1 }, (now) => withSourceEnd(now, end, nowMs)),
    ),
  );
}

function endEvent({ id, status, counts, plan, error, createdMs, completedMs }: Refresh) {
  if (status === 'running' || !counts) throw new Error(`the refresh ${id} has not ended`);
  const atMs = completedMs ?? createdMs;
  const duration_ms = Math.max(0, atMs - createdMs);
  const data = { refresh_id: id, status, duration_ms, ...counts, left_out: plan?.leftOut ?? 0, error };
  return eventOf('knowledge.refreshed', { atMs, occurrence: id, data });
}
