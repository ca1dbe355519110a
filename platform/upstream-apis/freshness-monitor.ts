import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'freshness-monitor';

/** What the orchestrator calls of freshness-monitor. A source has the id that knowledge-ingestor gave it. */
export const freshnessMonitor = {
  listSources: (): UpstreamCall<FreshnessSourceList> => ({
    service,
    method: 'GET',
    path: '/v1/sources',
    schema: freshnessSourceList,
  }),
  getSource: (id: string): UpstreamCall<FreshnessSource> => ({
    service,
    method: 'GET',
    path: `/v1/sources/${encodeURIComponent(id)}`,
    schema: freshnessSource,
  }),
  /** Checking only reads the source, so it may be asked for again. */
  check: (id: string): UpstreamCall<FreshnessSource> & { isRepeatable: true } => ({
    service,
    method: 'POST',
    path: `/v1/sources/${encodeURIComponent(id)}/check`,
    body: {},
    schema: freshnessSource,
    isRepeatable: true,
  }),
  listStale: (): UpstreamCall<FreshnessSourceList> => ({
    service,
    method: 'GET',
    path: '/v1/stale',
    schema: freshnessSourceList,
  }),
  stats: (): UpstreamCall<FreshnessStats> => ({ service, method: 'GET', path: '/v1/stats', schema: freshnessStats }),
};

/** Ids become keys of stored items, which are bounded. */
const freshnessSource = z.object({
  id: z.string().min(1).max(256),
  state: z.enum(['fresh', 'stale', 'checking', 'reingesting', 'error']),
  source_url: z.string().nullish(),
  collection: z.string().nullish(),
  last_checked_at: z.string().nullish(),
  last_ingested_at: z.string().nullish(),
  error: z.string().nullish(),
});

const freshnessSourceList = z.object({ sources: z.array(freshnessSource), total: z.int().min(0) });

const freshnessStats = z.object({
  sources_monitored: z.int().min(0),
  stale_sources: z.int().min(0),
  last_check: z.string().nullable(),
});

export type FreshnessSource = z.infer<typeof freshnessSource>;
export type FreshnessSourceList = z.infer<typeof freshnessSourceList>;
export type FreshnessStats = z.infer<typeof freshnessStats>;
