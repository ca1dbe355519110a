import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'knowledge-base';

/** What the orchestrator asks of knowledge-base (Wiki.js), by GraphQL. Queries change nothing, so they may be repeated. */
export const knowledgeBase = {
  listPages: (limit: number): UpstreamCall<WikiPages> & { isRepeatable: true } => ({
    ...graphql('query ($limit: Int) { pages { list(limit: $limit) { id path title updatedAt } } }', { limit }),
    schema: wikiPages,
  }),
  /** The page that was changed last; an empty list where there are none. */
  latestPage: (): UpstreamCall<WikiPages> & { isRepeatable: true } => ({
    ...graphql(
      'query { pages { list(limit: 1, orderBy: UPDATED, orderByDirection: DESC) { id path title updatedAt } } }',
      {},
    ),
    schema: wikiPages,
  }),
  countPages: (): UpstreamCall<WikiTotals> & { isRepeatable: true } => ({
    ...graphql('query { system { info { pagesTotal } } }', {}),
    schema: wikiTotals,
  }),
};

export const graphqlRequest = z.object({
  query: z.string().min(1),
  variables: z.record(z.string(), z.unknown()).optional(),
});

const wikiPages = z.object({
  data: z.object({
    pages: z.object({
      list: z.array(z.object({ id: z.int(), path: z.string(), title: z.string(), updatedAt: z.string() })),
    }),
  }),
});

const wikiTotals = z.object({
  data: z.object({ system: z.object({ info: z.object({ pagesTotal: z.int().min(0) }) }) }),
});

export type WikiPages = z.infer<typeof wikiPages>;
export type WikiTotals = z.infer<typeof wikiTotals>;

function graphql(query: string, variables: Record<string, unknown>) {
  return {
    service,
    method: 'POST' as const,
    path: '/graphql',
    body: { query, variables },
    isRepeatable: true as const,
  };
}
