import { UpstreamError } from '../../../platform/upstream/errors.ts';
import { semanticCache } from '../../../platform/upstream-apis/semantic-cache.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { knowledgeClient } from '../knowledge-client.ts';
import { type CacheRebuild, withCaches } from '../refresh.ts';
import { changeRefresh, loadRefresh } from '../refresh-store.ts';
import { rebuildCachesTask } from '../task-contracts.ts';

/**
 * Drops what the semantic cache holds, then warms it. That it is dropped is stored before it is warmed, so that a call that
 * is repeated does not drop what was just warmed. A cache that fails is an error of the refresh, and keeps nothing back.
 */
export const rebuildCaches = task(rebuildCachesTask, async ({ refresh_id }: { refresh_id: string }, home: Home) => {
  const { backend, settings } = home;
  const { status, caches } = await loadRefresh(backend, refresh_id);
  if (status !== 'running' || caches.error !== null) return {};
  const upstream = knowledgeClient(home, { timeoutMs: settings.upstreamTimeoutMs, requestId: refresh_id });
  const note = (what: Partial<CacheRebuild>) => changeRefresh(backend, refresh_id, (now) => withCaches(now, what));
  try {
    if (caches.invalidated === null) {
      const idempotencyKey = `${refresh_id}:invalidate`;
      const { invalidated } = await upstream.call({ ...semanticCache.invalidate(), idempotencyKey });
      await note({ invalidated });
    }
    if (caches.warmed === null) {
      const { warmed } = await upstream.call({ ...semanticCache.warm({}), idempotencyKey: `${refresh_id}:warm` });
      await note({ warmed });
    }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    await note({ error: error.message });
  }
  return {};
});
