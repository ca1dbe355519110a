import * as z from 'zod';
import { graphqlRequest } from '../../upstream-apis/knowledge-base.ts';
import { patternsRequest } from '../../upstream-apis/neo4j-graphrag-api.ts';
import { contextBuildRequest, contextSearchRequest } from '../../upstream-apis/token-infinity.ts';
import { counterText } from '../metrics-text.ts';
import { bodyOf, found, type Instance, isoTime, Refusal, type StandIn } from '../stand-in.ts';
import { chunksIn } from './ingestion.ts';
import { type LibraryItem, library } from './library.ts';
import { similarity } from './similarity.ts';

/** What the services of the knowledge layer count, by its name here. */
const queries = 'knowledge queries';

function queryMetrics({ counted }: Instance): string {
  return counterText('knowledge_queries_total', 'Questions that were answered.', counted(queries));
}

/** Stands in for neo4j-graphrag-api: the library's patterns, those first that share words with the task. */
export const neo4jGraphrag: StandIn = {
  routes: {
    'POST /patterns/recommend': (call) => {
      const { task, language, limit = 5 } = bodyOf(patternsRequest, call);
      call.count(queries);
      const patterns = ranked(task, ['neo4j']).slice(0, limit);
      return {
        body: {
          patterns: patterns.map(({ title, category, text, score }) => ({
            name: title,
            category,
            description: text,
            language: language ?? null,
            score,
          })),
        },
        takesMs: [80, 300],
      };
    },
    'GET /graph/stats': (call) => {
      const patterns = library.filter((item) => item.source === 'neo4j');
      const categories = new Set(patterns.map((item) => item.category));
      const graph = { languages: 4, codebases: 6, anti_patterns: 9, relationships: patterns.length * 4 };
      const timestamp = isoTime(call.now);
      return { body: { patterns: patterns.length, categories: categories.size, ...graph, timestamp } };
    },
  },
  metrics: queryMetrics,
};

/** Stands in for token-infinity: library items by shared words, cut to the tokens that were asked for. */
export const tokenInfinity: StandIn = {
  routes: {
    'POST /v1/context/build': (call) => {
      const { query, max_tokens, sources } = bodyOf(contextBuildRequest, call);
      call.count(queries);
      return { body: builtContext(ranked(query, sources), max_tokens), takesMs: [150, 500] };
    },
    'POST /v1/context/search': (call) => {
      const { query, sources, limit = 10 } = bodyOf(contextSearchRequest, call);
      call.count(queries);
      const results = ranked(query, sources)
        .slice(0, limit)
        .map(({ source, id, title, score, text }) => ({ source, id, title, score, excerpt: text.slice(0, 200) }));
      return { body: { results }, takesMs: [50, 200] };
    },
    'GET /v1/context/sources': () => ({
      body: {
        sources: (['qdrant', 'neo4j', 'wiki'] as const).map((name) => ({
          name,
          status: 'healthy',
          items: library.filter((item) => item.source === name).length,
        })),
      },
    }),
  },
  metrics: queryMetrics,
};

/** Stands in for Wiki.js: knows the two questions of upstream-apis/knowledge-base.ts, not GraphQL. */
export const knowledgeBase: StandIn = {
  routes: {
    'POST /graphql': (call) => {
      const { query, variables } = bodyOf(graphqlRequest, call);
      const pages = library.filter((item) => item.source === 'wiki');
      if (/\bpagesTotal\b/.test(query)) return { body: { data: { system: { info: { pagesTotal: pages.length } } } } };
      if (!/\bpages\b[^}]*\blist\b/.test(query))
        throw new Refusal(400, 'BAD_REQUEST', 'This stand-in knows pages.list and system.info.');
      const list = pages.slice(0, Number(variables?.['limit'] ?? pages.length)).map(({ id, title, category }) => ({
        id: Number(id),
        path: `${category}/${title.toLowerCase().replaceAll(' ', '-')}`,
        title,
        updatedAt: '2025-01-15T10:00:00.000Z',
      }));
      return { body: { data: { pages: { list } } } };
    },
  },
};

/** Stands in for Qdrant: the platform's four collections, which grow by what is ingested. */
export const vectorMemory: StandIn = {
  routes: {
    'GET /collections': () => ({
      body: { result: { collections: Object.keys(collections).map((name) => ({ name })) }, status: 'ok', time: 0.0001 },
    }),
    'GET /collections/:name': (call) => {
      const name = call.params['name'] ?? '';
      const points_count = found(collections[name], 'collection') + chunksIn(name, call.world, call.now);
      const config = { params: { vectors: { size: 1536, distance: 'Cosine' } } };
      const result = { status: 'green', optimizer_status: 'ok', points_count, segments_count: 4, config };
      return { body: { result, status: 'ok', time: 0.0002 } };
    },
    'POST /collections/:name/points/search': (call) => {
      const name = call.params['name'] ?? '';
      found(collections[name], 'collection');
      const { limit } = bodyOf(pointsSearchRequest, call);
      const points = library.filter((item) => item.category === name).slice(0, limit);
      const result = points.map(({ id, title, text }) => ({ id, version: 1, score: 0.8, payload: { title, text } }));
      return { body: { result, status: 'ok', time: 0.0003 } };
    },
    'GET /readyz': () => ({ body: 'all shards are ready' }),
  },
};

/** A search by a vector; nobody compares it with anything here. */
const pointsSearchRequest = z.object({ vector: z.array(z.number()), limit: z.int().min(1).default(10) });

/** Points that were there before anything was ingested here. */
const collections: Record<string, number> = {
  code_embeddings: 82_000,
  doc_embeddings: 31_000,
  conversation_memory: 9_500,
  pattern_cache: 2_500,
};

/** Characters that count as one token here; the usual rule of thumb for English text. */
const charactersPerToken = 4;

type Scored = LibraryItem & { score: number };

function ranked(query: string, sources: readonly string[] = ['qdrant', 'neo4j', 'wiki']): Scored[] {
  return library
    .filter((item) => sources.includes(item.source))
    .map((item) => ({ ...item, score: Math.round(similarity(query, `${item.title} ${item.text}`) * 1000) / 1000 }))
    .sort((a, b) => b.score - a.score);
}

function builtContext(items: Scored[], tokensMax: number) {
  const taken: { text: string; tokens: number; item: Scored }[] = [];
  let tokensUsed = 0;
  for (const item of items) {
    const text = `## ${item.title}\n${item.text}\n\n`;
    const tokens = Math.ceil(text.length / charactersPerToken);
    if (tokensUsed + tokens > tokensMax) continue;
    taken.push({ text, tokens, item });
    tokensUsed += tokens;
  }
  return {
    context: taken.map((part) => part.text).join(''),
    tokens_used: tokensUsed,
    is_truncated: taken.length < items.length,
    items: taken.map(({ item: { source, id, title, score }, tokens }) => ({ source, id, title, score, tokens })),
  };
}
