import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'neo4j-graphrag-api';

/** What the orchestrator calls of neo4j-graphrag-api. */
export const neo4jGraphrag = {
  /** A question, not a change, so it may be asked again. */
  recommendPatterns: (body: PatternsRequest): UpstreamCall<PatternRecommendations> & { isRepeatable: true } => ({
    service,
    method: 'POST',
    path: '/patterns/recommend',
    body,
    schema: patternRecommendations,
    isRepeatable: true,
  }),
  stats: (): UpstreamCall<GraphStats> => ({ service, method: 'GET', path: '/graph/stats', schema: graphStats }),
  /** Answers 503 while Neo4j behind it cannot be reached. */
  getReadiness: (): UpstreamCall<unknown> => ({
    service,
    method: 'GET',
    path: '/ready',
    format: 'any',
    schema: z.unknown(),
  }),
};

export const patternsRequest = z.object({
  task: z.string().min(1),
  language: z.string().optional(),
  limit: z.int().min(1).optional(),
});

const patternRecommendations = z.object({
  patterns: z.array(
    z.object({
      name: z.string(),
      category: z.string(),
      description: z.string(),
      language: z.string().nullish(),
      score: z.number(),
    }),
  ),
});

const graphStats = z.object({
  patterns: z.int().min(0),
  categories: z.int().min(0),
  languages: z.int().min(0),
  codebases: z.int().min(0),
  anti_patterns: z.int().min(0),
  relationships: z.int().min(0),
  timestamp: z.string(),
});

export type PatternsRequest = z.infer<typeof patternsRequest>;
export type PatternRecommendations = z.infer<typeof patternRecommendations>;
export type GraphStats = z.infer<typeof graphStats>;
