import { cacheLookupRequest, cacheStoreRequest, cacheWarmRequest } from '../../upstream-apis/semantic-cache.ts';
import { counterText } from '../metrics-text.ts';
import { bodyOf, type Call, type StandIn } from '../stand-in.ts';
import { type WorkRow, workState } from '../work.ts';
import { similarity } from './similarity.ts';

const service = 'semantic-cache';

/** Stands in for semantic-cache. Entries are really kept and looked up, by shared words instead of embeddings. */
export const semanticCache: StandIn = {
  routes: {
    'POST /v1/cache/lookup': (call) => {
      const { query, similarity_threshold = 0.8, namespace, max_results = 1 } = bodyOf(cacheLookupRequest, call);
      const results = entries(call, namespace)
        .map((row) => ({ ...resultOf(row), similarity: similarity(query, resultOf(row).query) }))
        .filter((result) => result.similarity >= similarity_threshold)
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, max_results);
      const outcome = results.length > 0 ? 'cache hits' : 'cache misses';
      call.world.counters.add(outcome, 1);
      call.count(outcome);
      return { body: { hit: results.length > 0, results } };
    },
    'POST /v1/cache/store': (call) => {
      const request = bodyOf(cacheStoreRequest, call);
      const row = call.accept({ kind: 'entry', subject: request.namespace ?? 'default', request });
      return { status: 201, body: { id: resultOf(row).id } };
    },
    'DELETE /v1/cache/invalidate': (call) => {
      const rows = entries(call, call.query.get('namespace') ?? undefined);
      for (const row of rows) call.world.work.stop(row, call.now);
      return { body: { invalidated: rows.length } };
    },
    'GET /v1/cache/stats': (call) => {
      const hits = call.world.counters.get('cache hits');
      const misses = call.world.counters.get('cache misses');
      const hit_rate = hits + misses === 0 ? null : hits / (hits + misses);
      return { body: { entries: entries(call).length, hits, misses, hit_rate } };
    },
    'POST /v1/cache/warm': (call) => {
      const request = bodyOf(cacheWarmRequest, call);
      call.accept({ kind: 'warm', subject: request.namespace ?? 'default', request });
      return {
        body: { warmed: request.queries?.length ?? entries(call, request.namespace).length },
        takesMs: [100, 400],
      };
    },
  },
  metrics: ({ counted }) =>
    counterText('semantic_cache_hits_total', 'Lookups that found an entry.', counted('cache hits')) +
    counterText('semantic_cache_misses_total', 'Lookups that found none.', counted('cache misses')),
};

function entries(call: Call, namespace?: string): WorkRow[] {
  return call.world.work.list(service, 'entry', namespace).filter((row) => workState(row, call.now) !== 'stopped');
}

function resultOf(row: WorkRow) {
  const { query, response } = cacheStoreRequest.parse(row.request);
  return { id: `entry-${row.number}`, query, response };
}
