import type { UpstreamClient } from '../../platform/client.ts';
import { UpstreamError } from '../../platform/upstream/errors.ts';
import { freshnessMonitor } from '../../platform/upstream-apis/freshness-monitor.ts';
import { knowledgeIngestor } from '../../platform/upstream-apis/knowledge-ingestor.ts';
import type { KnownSource } from './refresh-plan.ts';
import { utcTime } from './source-freshness.ts';

/**
 * All sources with their freshness. Where all are ingested whatever their freshness, the ingestor's list will do while the
 * monitor cannot be asked. Throws {@link UpstreamError}.
 */
export async function readSources(upstream: UpstreamClient, isForced: boolean): Promise<KnownSource[]> {
  try {
    return await readMonitored(upstream);
  } catch (error) {
    if (!isForced || !(error instanceof UpstreamError)) throw error;
    return readIngested(upstream);
  }
}

async function readMonitored(upstream: UpstreamClient): Promise<KnownSource[]> {
  const { sources } = await upstream.call(freshnessMonitor.listSources());
  return sources.map(({ id, state, source_url, collection, last_ingested_at }) => ({
    id,
    sourceUrl: source_url ?? null,
    collection: collection ?? null,
    state,
    ingestedAt: utcTime(last_ingested_at),
  }));
}

async function readIngested(upstream: UpstreamClient): Promise<KnownSource[]> {
  const { sources } = await upstream.call(knowledgeIngestor.listSources());
  return sources.map(({ id, source_url, collection, completed_at }) => ({
    id,
    sourceUrl: source_url ?? null,
    collection,
    state: null,
    ingestedAt: utcTime(completed_at),
  }));
}
