import * as z from 'zod';
import { defineContract } from '../core/contract.ts';
import { pageOf, pageQuery } from '../core/page.ts';
import { idOf } from '../core/schemas.ts';
import { preview, refreshBody, refreshDetail, refreshEntry, refreshStatuses } from './refresh-schemas.ts';
import { knowledgeStatus } from './status-schema.ts';

export { knowledgeTasks } from './task-contracts.ts';

const path = '/api/v1/knowledge/refresh';

export const refreshKnowledgeContract = defineContract({
  operationId: 'refreshKnowledge',
  domain: 'knowledge',
  method: 'POST',
  path,
  summary: 'Refresh the knowledge layer',
  description:
    'Ingests stale sources again, checks their collections and rebuilds the caches. One refresh runs at a time; the 409 names it in `details`.',
  auth: 'bearer',
  rateLimit: 'knowledge_refresh',
  isIdempotent: true,
  body: refreshBody,
  answers: {
    accepted: {
      status: 202,
      description: 'The refresh has begun.',
      body: refreshEntry,
      headers: { location: 'Where it can be read.' },
    },
    preview: { status: 200, description: 'What a refresh would do, with `dry_run`.', body: preview },
  },
  errors: ['CONFLICT', 'SERVICE_UNAVAILABLE'],
  timeoutMs: 25_000,
  access: {
    tables: { knowledge: 'read-write', locks: 'read-write' },
    machines: { 'knowledge-refresh': 'start' },
    services: ['freshness-monitor', 'knowledge-ingestor'],
  },
});

export const listKnowledgeRefreshesContract = defineContract({
  operationId: 'listKnowledgeRefreshes',
  domain: 'knowledge',
  method: 'GET',
  path,
  summary: 'List refreshes of the knowledge layer',
  description: 'Newest first, kept for 90 days.',
  auth: 'bearer',
  rateLimit: 'read',
  query: z.strictObject({ status: z.enum(refreshStatuses).optional(), ...pageQuery }),
  answers: { ok: { status: 200, description: 'A page of refreshes.', body: pageOf('refreshes', refreshEntry) } },
  errors: [],
  timeoutMs: 5_000,
  access: { tables: { knowledge: 'read' } },
});

export const getKnowledgeRefreshContract = defineContract({
  operationId: 'getKnowledgeRefresh',
  domain: 'knowledge',
  method: 'GET',
  path: `${path}/{refresh_id}`,
  summary: 'Get a refresh of the knowledge layer',
  description: 'With what became of each source, the collections and the caches.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: z.strictObject({ refresh_id: idOf('ref') }),
  answers: { ok: { status: 200, description: 'The refresh.', body: refreshDetail } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { knowledge: 'read' } },
});

export const getKnowledgeStatusContract = defineContract({
  operationId: 'getKnowledgeStatus',
  domain: 'knowledge',
  method: 'GET',
  path: '/api/v1/knowledge/status',
  summary: 'Get the status of the knowledge layer',
  description:
    'Asks every component at the same time. An answer is kept for 15 seconds, and its header `Age` says how old it is; while it is renewed, it may be a minute old.',
  auth: 'bearer',
  rateLimit: 'read',
  answers: {
    ok: {
      status: 200,
      description: 'The status of each component, whatever it is.',
      body: knowledgeStatus,
      headers: { age: 'How old it is, in seconds.' },
    },
  },
  errors: [],
  timeoutMs: 10_000,
  access: {
    tables: { knowledge: 'read-write' },
    services: ['vector-memory', 'neo4j-graphrag-api', 'knowledge-base', 'semantic-cache', 'freshness-monitor'],
  },
});

export const knowledgeContracts = [
  refreshKnowledgeContract,
  listKnowledgeRefreshesContract,
  getKnowledgeRefreshContract,
  getKnowledgeStatusContract,
] as const;
