import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'semantic-cache';

/** What the orchestrator calls of semantic-cache. Namespaces keep repositories apart. */
export const semanticCache = {
  /** Looking up changes nothing, so it may be asked for again. */
  lookup: (body: CacheLookupRequest): UpstreamCall<CacheLookup> & { isRepeatable: true } => ({
    service,
    method: 'POST',
    path: '/v1/cache/lookup',
    body,
    schema: cacheLookup,
    isRepeatable: true,
  }),
  store: (body: CacheStoreRequest): UpstreamCall<CacheStored> => ({
    service,
    method: 'POST',
    path: '/v1/cache/store',
    body,
    schema: cacheStored,
  }),
  /** All entries of the namespace; without one, every entry. */
  invalidate: (namespace?: string): UpstreamCall<CacheInvalidated> => ({
    service,
    method: 'DELETE',
    path: '/v1/cache/invalidate',
    ...(namespace === undefined ? {} : { query: { namespace } }),
    schema: cacheInvalidated,
  }),
  stats: (): UpstreamCall<CacheStats> => ({ service, method: 'GET', path: '/v1/cache/stats', schema: cacheStats }),
  warm: (body: CacheWarmRequest): UpstreamCall<CacheWarmed> => ({
    service,
    method: 'POST',
    path: '/v1/cache/warm',
    body,
    schema: cacheWarmed,
  }),
};

export const cacheLookupRequest = z.object({
  query: z.string().min(1),
  similarity_threshold: z.number().min(0).max(1).optional(),
  namespace: z.string().optional(),
  max_results: z.int().positive().optional(),
});

const cacheLookup = z.object({
  hit: z.boolean(),
  results: z.array(z.object({ id: z.string(), query: z.string(), response: z.string(), similarity: z.number() })),
});

export const cacheStoreRequest = z.object({
  query: z.string().min(1),
  response: z.string(),
  namespace: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  ttl_seconds: z.int().positive().optional(),
});

const cacheStored = z.object({ id: z.string().min(1) });

const cacheInvalidated = z.object({ invalidated: z.int().min(0) });

const cacheStats = z.object({
  entries: z.int().min(0),
  hits: z.int().min(0),
  misses: z.int().min(0),
  hit_rate: z.number().min(0).max(1).nullable(),
});

export const cacheWarmRequest = z.object({ namespace: z.string().optional(), queries: z.array(z.string()).optional() });

const cacheWarmed = z.object({ warmed: z.int().min(0) });

export type CacheLookupRequest = z.infer<typeof cacheLookupRequest>;
export type CacheLookup = z.infer<typeof cacheLookup>;
export type CacheStoreRequest = z.infer<typeof cacheStoreRequest>;
export type CacheStored = z.infer<typeof cacheStored>;
export type CacheInvalidated = z.infer<typeof cacheInvalidated>;
export type CacheStats = z.infer<typeof cacheStats>;
export type CacheWarmRequest = z.infer<typeof cacheWarmRequest>;
export type CacheWarmed = z.infer<typeof cacheWarmed>;
