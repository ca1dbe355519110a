import * as z from 'zod';
import type { UpstreamCall } from '../upstream/request.ts';

const service = 'token-infinity';

/** What the orchestrator calls of token-infinity. Building and searching read only, so they may be asked for again. */
export const tokenInfinity = {
  buildContext: (body: ContextBuildRequest): UpstreamCall<BuiltContext> & { isRepeatable: true } => ({
    service,
    method: 'POST',
    path: '/v1/context/build',
    body,
    schema: builtContext,
    isRepeatable: true,
  }),
  searchContext: (body: ContextSearchRequest): UpstreamCall<ContextSearch> & { isRepeatable: true } => ({
    service,
    method: 'POST',
    path: '/v1/context/search',
    body,
    schema: contextSearch,
    isRepeatable: true,
  }),
  listSources: (): UpstreamCall<ContextSources> => ({
    service,
    method: 'GET',
    path: '/v1/context/sources',
    schema: contextSources,
  }),
};

const contextSource = z.enum(['qdrant', 'neo4j', 'wiki']);

export const contextBuildRequest = z.object({
  query: z.string().min(1),
  max_tokens: z.int().positive(),
  sources: z.array(contextSource).min(1).optional(),
  language: z.string().optional(),
});

/** `tokens_used` is at most the `max_tokens` that were asked for. */
const builtContext = z.object({
  context: z.string(),
  tokens_used: z.int().min(0),
  is_truncated: z.boolean(),
  items: z.array(
    z.object({ source: z.string(), id: z.string(), title: z.string(), score: z.number(), tokens: z.int().min(0) }),
  ),
});

export const contextSearchRequest = z.object({
  query: z.string().min(1),
  sources: z.array(contextSource).min(1).optional(),
  limit: z.int().positive().optional(),
});

const contextSearch = z.object({
  results: z.array(
    z.object({ source: z.string(), id: z.string(), title: z.string(), score: z.number(), excerpt: z.string() }),
  ),
});

const contextSources = z.object({
  sources: z.array(z.object({ name: z.string(), status: z.string(), items: z.int().min(0).nullable() })),
});

export type ContextBuildRequest = z.infer<typeof contextBuildRequest>;
export type BuiltContext = z.infer<typeof builtContext>;
export type ContextSearchRequest = z.infer<typeof contextSearchRequest>;
export type ContextSearch = z.infer<typeof contextSearch>;
export type ContextSources = z.infer<typeof contextSources>;
