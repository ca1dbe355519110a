import type { UpstreamClient } from '../../platform/client.ts';
import { UpstreamError } from '../../platform/upstream/errors.ts';
import { freshnessMonitor } from '../../platform/upstream-apis/freshness-monitor.ts';
import { knowledgeBase } from '../../platform/upstream-apis/knowledge-base.ts';
import { neo4jGraphrag } from '../../platform/upstream-apis/neo4j-graphrag-api.ts';
import { semanticCache } from '../../platform/upstream-apis/semantic-cache.ts';
import { vectorMemory } from '../../platform/upstream-apis/vector-memory.ts';
import { OutOfTime, withinTime } from '../core/within-time.ts';
import { utcTime } from './source-freshness.ts';
import type { KnowledgeStatusView } from './status-schema.ts';

type Component = keyof KnowledgeStatusView;

/** Each component by what it is asked; what that throws makes it unhealthy. */
const questions: { [Name in Component]: (upstream: UpstreamClient) => Promise<KnowledgeStatusView[Name]> } = {
  qdrant: askQdrant,
  neo4j: askNeo4j,
  wiki: askWiki,
  semantic_cache: askSemanticCache,
  freshness: askFreshness,
};

const unhealthy = 'unhealthy' as const;

/** Each component when it cannot be asked, answers nonsense or takes too long. */
const unknown: KnowledgeStatusView = {
  qdrant: { status: unhealthy, collections: null, total_points: null },
  neo4j: { status: unhealthy, patterns: null, relationships: null },
  wiki: { status: unhealthy, pages: null, last_sync: null },
  semantic_cache: { status: unhealthy, entries: null, hit_rate: null },
  freshness: { sources_monitored: null, stale_sources: null, last_check: null },
};

interface Asking {
  upstream: UpstreamClient;
  /** For each component, in ms. */
  limitMs: number;
  /** Told why a component counts as unhealthy. */
  onTrouble(component: Component, reason: string): void;
}

/** The status of all components, which are asked at the same time, each within the limit. */
export async function askComponents(asking: Asking): Promise<KnowledgeStatusView> {
  const [qdrant, neo4j, wiki, semantic_cache, freshness] = await Promise.all([
    ask('qdrant', asking),
    ask('neo4j', asking),
    ask('wiki', asking),
    ask('semantic_cache', asking),
    ask('freshness', asking),
  ]);
  return { qdrant, neo4j, wiki, semantic_cache, freshness };
}

async function ask<Name extends Component>(name: Name, { upstream, limitMs, onTrouble }: Asking) {
  try {
    return await withinTime(questions[name](upstream), limitMs);
  } catch (error) {
    if (!(error instanceof UpstreamError || error instanceof OutOfTime)) throw error;
    onTrouble(name, error.message);
    return unknown[name];
  }
}

/** Yellow is a collection that is being optimised, which is how things go; red is one with failed operations. */
async function askQdrant(upstream: UpstreamClient): Promise<KnowledgeStatusView['qdrant']> {
  const { result } = await upstream.call(vectorMemory.listCollections());
  const collections = await Promise.all(
    result.collections.map(({ name }) => upstream.call(vectorMemory.getCollection(name))),
  );
  const points = collections.map((collection) => collection.result.points_count ?? null);
  const isKnown = !points.includes(null);
  return {
    status: collections.some((collection) => collection.result.status === 'red') ? 'degraded' : 'healthy',
    collections: collections.length,
    total_points: isKnown ? points.reduce<number>((sum, count) => sum + (count ?? 0), 0) : null,
  };
}

async function askNeo4j(upstream: UpstreamClient): Promise<KnowledgeStatusView['neo4j']> {
  const [{ patterns, relationships }] = await Promise.all([
    upstream.call(neo4jGraphrag.stats()),
    upstream.call(neo4jGraphrag.getReadiness()),
  ]);
  return { status: 'healthy', patterns, relationships };
}

async function askWiki(upstream: UpstreamClient): Promise<KnowledgeStatusView['wiki']> {
  const [totals, latest] = await Promise.all([
    upstream.call(knowledgeBase.countPages()),
    upstream.call(knowledgeBase.latestPage()),
  ]);
  const last_sync = utcTime(latest.data.pages.list[0]?.updatedAt);
  return { status: 'healthy', pages: totals.data.system.info.pagesTotal, last_sync };
}

async function askSemanticCache(upstream: UpstreamClient): Promise<KnowledgeStatusView['semantic_cache']> {
  const { entries, hit_rate } = await upstream.call(semanticCache.stats());
  return { status: 'healthy', entries, hit_rate };
}

async function askFreshness(upstream: UpstreamClient): Promise<KnowledgeStatusView['freshness']> {
  const { sources_monitored, stale_sources, last_check } = await upstream.call(freshnessMonitor.stats());
  return { sources_monitored, stale_sources, last_check: utcTime(last_check) };
}
