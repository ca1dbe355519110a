import type { UpstreamClient } from '../../../platform/client.ts';
import { UpstreamError } from '../../../platform/upstream/errors.ts';
import { vectorMemory } from '../../../platform/upstream-apis/vector-memory.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { knowledgeClient } from '../knowledge-client.ts';
import { type CollectionCheck, platformCollections, withCollections } from '../refresh.ts';
import { changeRefresh, loadRefresh } from '../refresh-store.ts';
import { checkCollectionsTask } from '../task-contracts.ts';

/** Looks at each collection, all at once. One that cannot be read is an error of the refresh, and keeps nothing back. */
export const checkCollections = task(
  checkCollectionsTask,
  async ({ refresh_id }: { refresh_id: string }, home: Home) => {
    const { backend, settings } = home;
    const { status, request, collections } = await loadRefresh(backend, refresh_id);
    if (status !== 'running' || collections) return {};
    const upstream = knowledgeClient(home, { timeoutMs: settings.upstreamTimeoutMs, requestId: refresh_id });
    const names = [...new Set(request.collections ?? platformCollections)];
    const checks = await Promise.all(names.map((name) => checkOne(upstream, name)));
    await changeRefresh(backend, refresh_id, (refresh) => withCollections(refresh, checks));
    return {};
  },
);

async function checkOne(upstream: UpstreamClient, name: string): Promise<CollectionCheck> {
  try {
    const { result } = await upstream.call(vectorMemory.getCollection(name));
    return { name, pointsCount: result.points_count ?? null, error: null };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { name, pointsCount: null, error: error.message };
  }
}
