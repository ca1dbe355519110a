import * as z from 'zod';
import { utcTimestamp } from '../core/schemas.ts';

const figure = z.int().min(0).nullable();

const status = z
  .enum(['healthy', 'degraded', 'unhealthy'])
  .describe('`unhealthy`: it could not be asked, answered nonsense, or took longer than three seconds.');

/** The components of the knowledge layer. A figure that is not known is null. */
export const knowledgeStatus = z
  .object({
    qdrant: z.object({
      status: status.describe('`degraded`: a collection is in the state `red`, some of its operations failed.'),
      collections: figure,
      total_points: figure,
    }),
    neo4j: z.object({
      status: status.describe('Of Neo4j, as neo4j-graphrag-api reaches it.'),
      patterns: figure,
      relationships: figure,
    }),
    wiki: z.object({
      status,
      pages: figure,
      last_sync: utcTimestamp.nullable().describe('When a page was changed last.'),
    }),
    semantic_cache: z.object({
      status,
      entries: figure,
      hit_rate: z.number().min(0).max(1).nullable().describe('Null also before the first look-up.'),
    }),
    freshness: z
      .object({ sources_monitored: figure, stale_sources: figure, last_check: utcTimestamp.nullable() })
      .describe('What freshness-monitor tells; all null when it could not be asked.'),
  })
  .meta({ id: 'KnowledgeStatus' });

export type KnowledgeStatusView = z.input<typeof knowledgeStatus>;
