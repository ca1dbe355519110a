import { freshnessMonitor } from '../../../platform/upstream-apis/freshness-monitor.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { eventOf, publishEvents } from '../../events/contract.ts';
import { loadFreshness, markPublished, storeFreshness } from '../freshness-store.ts';
import { knowledgeClient } from '../knowledge-client.ts';
import { type SourceFreshness, withObservation } from '../source-freshness.ts';
import { checkFreshnessTask } from '../task-contracts.ts';

/**
 * Asks the monitor how fresh each source is, and publishes each change to stale once: it is stored with what is to be
 * published, and published after that, or by the next run when the process dies in between. What an earlier run left goes
 * first, also while the monitor cannot be asked. A monitor that cannot be asked changes nothing, and fails the run; a
 * platform that has none has no sources that become stale.
 */
export const checkFreshness = task(checkFreshnessTask, async (_: unknown, home: Home) => {
  const { backend, settings, catalogue } = home;
  const known = await loadFreshness(backend);
  for (const [id, freshness] of known) {
    if (await publishChange(home, id, freshness)) known.set(id, { ...freshness, pending: null });
  }
  const request = freshnessMonitor.listSources();
  if (!catalogue.services.some(({ name }) => name === request.service)) return { checked: 0, became_stale: 0 };
  const upstream = knowledgeClient(home, { timeoutMs: settings.upstreamTimeoutMs });
  const { sources } = await upstream.call(request);
  let becameStale = 0;
  for (const source of sources) {
    const before = known.get(source.id);
    const after = withObservation(before, source, backend.clock.now());
    if (after === undefined || after === before) continue;
    if (!(await storeFreshness(backend, source.id, after, before))) continue;
    if (await publishChange(home, source.id, after)) becameStale += 1;
  }
  return { checked: sources.length, became_stale: becameStale };
});

/** Whether there was a change to publish. */
async function publishChange({ backend }: Home, id: string, freshness: SourceFreshness): Promise<boolean> {
  const { pending: data, changedMs: atMs } = freshness;
  if (!data) return false;
  await publishEvents(backend, [eventOf('knowledge.source.stale', { atMs, occurrence: `${id}#${atMs}`, data })]);
  await markPublished(backend, id, freshness);
  return true;
}
