import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sumOf } from '../../../functions/core/figures.ts';
import { durationFigures } from '../../../functions/core/latency-histogram.ts';
import { requestReading } from '../../../functions/core/request-reading.ts';
import { getMetricsSummaryContract } from '../../../functions/observability/metrics-contracts.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { type MeasuredApi, openMeasuredApi } from './measured-api.ts';

let api: MeasuredApi;
beforeEach(async () => {
  api = await openMeasuredApi();
});
afterEach(() => api.close());

const path = '/api/v1/metrics/summary';
const request = { method: 'GET', path };
const summary = async (query = '') => (await api.send('GET', `${path}${query}`)).body;

describe('200', () => {
  it('holds the fields of the reference and no others, null where nothing is known', async () => {
    const { status, body } = await api.send('GET', path);
    expect(status).toBe(200);
    expect(getMetricsSummaryContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toEqual({
      period: 'last_24h',
      requests_total: 0,
      errors_total: 0,
      error_rate: null,
      avg_latency_ms: null,
      p99_latency_ms: null,
      llm_tokens_used: null,
      llm_cost_usd: null,
      pipelines_executed: 0,
      pipelines_success_rate: null,
      knowledge_queries: null,
      cache_hit_rate: null,
    });
  });

  it('counts every request of every process exactly, whatever its answer', async () => {
    for (let calls = 0; calls < 7; calls += 1) await api.send('GET', '/health');
    await api.send('GET', '/nowhere');
    await api.send('GET', '/api/v1/services', { token: null });
    await api.send('GET', '/api/v1/services?tier=1&tier=2');
    await api.store();
    expect(await summary()).toMatchObject({ requests_total: 10, errors_total: 0, error_rate: 0 });
  });

  it('has the exact average, and a 99th percentile that is at most 5 % off', async () => {
    const durations = Array.from({ length: 1000 }, (_, index) => 1 + index ** 1.3);
    const operation = { method: 'GET', path: '/health', rateLimit: 'none' } as const;
    const figures = durations.map((durationMs, index) =>
      requestReading(operation, { status: index % 100 === 0 ? 503 : 200, durationMs, atMs: 0 }),
    );
    await api.measure('requests', 'GET /health', sumOf(figures.slice(0, 400).map((reading) => reading.figures)));
    await api.measure('requests', 'GET /health', sumOf(figures.slice(400).map((reading) => reading.figures)));
    const body = await summary('?period=1h');
    const average = durations.reduce((sum, each) => sum + each, 0) / 1000;
    expect(body).toMatchObject({ period: 'last_1h', requests_total: 1000, errors_total: 10, error_rate: 0.01 });
    expect(body.avg_latency_ms).toBeCloseTo(average, 2);
    expect(Math.abs(body.p99_latency_ms / (durations[989] as number) - 1)).toBeLessThan(0.05);
  });

  it('adds what services counted, and merges their durations with those of the API', async () => {
    await api.measure('services', 'litellm-proxy', {
      requests: 8,
      errors: 1,
      duration_count: 8,
      ...sumOf(Array.from({ length: 8 }, () => durationFigures(100))),
      llm_tokens: 2_450_000,
      llm_cost_microusd: 12_300_000,
    });
    await api.measure('services', 'semantic-cache', { cache_hits: 73, cache_misses: 27, knowledge_queries: 1200 });
    await api.send('GET', '/health');
    await api.store();
    expect(await summary('?period=7d')).toMatchObject({
      period: 'last_7d',
      requests_total: 9,
      errors_total: 1,
      llm_tokens_used: 2_450_000,
      llm_cost_usd: 12.3,
      knowledge_queries: 1200,
      cache_hit_rate: 0.73,
    });
  });

  it('says how many pipelines ended, and how many of those that were not cancelled passed', async () => {
    await api.measure('pipelines', 'all', { completed: 3, failed: 1, cancelled: 2 });
    expect(await summary()).toMatchObject({ pipelines_executed: 6, pipelines_success_rate: 0.75 });
  });

  it('looks as far back as the period says, to the minute', async () => {
    await api.measure('pipelines', 'all', { completed: 1 });
    api.home.clock.advance(3_599_000);
    expect((await summary('?period=1h')).pipelines_executed).toBe(1);
    api.home.clock.advance(61_000);
    expect((await summary('?period=1h')).pipelines_executed).toBe(0);
    expect((await summary('?period=24h')).pipelines_executed).toBe(1);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for a period that there is not', async () => {
    const answer = await api.send('GET', `${path}?period=2h`);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details).toMatchObject([{ path: 'query.period' }]);
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond what reads are allowed', () => expectLimited(api, request, 100));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'metrics'));
});
