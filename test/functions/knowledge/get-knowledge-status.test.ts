import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getKnowledgeStatusContract } from '../../../functions/knowledge/contract.ts';
import { expectFaultHidden, expectLimited, expectTokenRequired } from '../refusals.ts';
import { type KnowledgeApi, openKnowledgeApi } from './knowledge-api.ts';
import { refusal, unreachable } from './scripted-knowledge.ts';

let api: KnowledgeApi;
beforeEach(async () => {
  api = await openKnowledgeApi();
});
afterEach(() => api.close());

const path = '/api/v1/knowledge/status';
const request = { method: 'GET', path };
const get = () => api.send('GET', path);

const whole = {
  qdrant: { status: 'healthy', collections: 2, total_points: 20 },
  neo4j: { status: 'healthy', patterns: 54, relationships: 120 },
  wiki: { status: 'healthy', pages: 16, last_sync: '2025-01-15T10:00:00.000Z' },
  semantic_cache: { status: 'healthy', entries: 5420, hit_rate: 0.73 },
  freshness: { sources_monitored: 12, stale_sources: 1, last_check: '2025-01-15T10:15:00.000Z' },
};

describe('200', () => {
  it('shows every component with its figures', async () => {
    const answer = await get();
    expect([answer.status, answer.body]).toEqual([200, whole]);
    expect(getKnowledgeStatusContract.answers.ok.body.parse(answer.body)).toEqual(answer.body);
  });

  it('shows a component that cannot be used as unhealthy, and the others as they are', async () => {
    api.knowledge.fails = ({ name }) => (name === 'neo4j-graphrag-api GET /ready' ? refusal(503) : undefined);
    const answer = await get();
    expect([answer.status, answer.body]).toEqual([
      200,
      { ...whole, neo4j: { status: 'unhealthy', patterns: null, relationships: null } },
    ]);
    expect(api.home.logLines.some((line) => line.includes('neo4j') && line.includes('503'))).toBe(true);
  });

  it('is given also when nothing can be reached', async () => {
    api.knowledge.fails = unreachable;
    const { status, body } = await get();
    expect(status).toBe(200);
    expect(getKnowledgeStatusContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body.freshness).toEqual({ sources_monitored: null, stale_sources: null, last_check: null });
  });

  it('asks each component once for callers of 15 seconds, and tells how old its answer is', async () => {
    const first = await get();
    api.home.clock.advance(14_900);
    const second = await get();
    expect(api.knowledge.count('semantic-cache GET /v1/cache/stats')).toBe(1);
    expect([first, second].map(({ headers }) => headers.get('age'))).toEqual(['0', '14']);
    expect(second.body).toEqual(first.body);
    api.home.clock.advance(200);
    expect((await get()).headers.get('age')).toBe('0');
    expect(api.knowledge.count('semantic-cache GET /v1/cache/stats')).toBe(2);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for a parameter that there is not', async () => {
    expect((await api.send('GET', `${path}?component=wiki`)).body.error).toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', async () => {
    const limited = await openKnowledgeApi({ RATE_LIMITS: 'read=3' });
    await expectLimited(limited, request, 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'knowledge'));
});
