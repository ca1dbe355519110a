import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { durationFigures } from '../../../functions/core/latency-histogram.ts';
import { foldReadings } from '../../../functions/observability/fold-readings.ts';
import { getServiceMetricsContract } from '../../../functions/observability/metrics-contracts.ts';
import { withJudged } from '../../../functions/observability/traffic.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { type MeasuredApi, openMeasuredApi } from './measured-api.ts';

let api: MeasuredApi;
beforeEach(async () => {
  api = await openMeasuredApi();
});
afterEach(() => api.close());

const path = '/api/v1/metrics/services/litellm-proxy';
const request = { method: 'GET', path };
const minuteMs = 60_000;
const of = (requests: number, durationMs: number) =>
  withJudged({ requests, errors: 0, duration_count: 1, ...durationFigures(durationMs) });

describe('200', () => {
  it('shows what the service counted, in all and in a series', async () => {
    await api.measure('services', 'litellm-proxy', of(5, 10));
    api.home.clock.advance(30 * minuteMs);
    await api.measure('services', 'litellm-proxy', of(2, 1000));
    await api.measure('services', 'ollama', of(99, 1));
    const { status, body } = await api.send('GET', `${path}?period=1h`);
    expect(status).toBe(200);
    expect(getServiceMetricsContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      service: 'litellm-proxy',
      period: 'last_1h',
      requests_total: 7,
      error_rate: 0,
      avg_latency_ms: 505,
      llm_tokens_used: null,
      bucket_ms: 5 * minuteMs,
    });
    const counted = body.series.map(({ requests_total }: { requests_total: number | null }) => requests_total);
    expect(counted).toHaveLength(13);
    expect(counted.filter((count: number | null) => count !== null)).toEqual([5, 2]);
    expect(body.series.at(-1)).toMatchObject({ requests_total: 2, avg_latency_ms: 1000 });
  });

  it('shows days in hours and a week in quarters of days, also of hours that are folded', async () => {
    await api.measure('services', 'litellm-proxy', of(5, 10));
    for (let run = 0; run < 3; run += 1) {
      api.home.clock.advance(80 * minuteMs);
      await foldReadings(api.home.backend, { deadlineMs: Number.POSITIVE_INFINITY });
    }
    const day = (await api.send('GET', path)).body;
    const week = (await api.send('GET', `${path}?period=7d`)).body;
    expect([day.series.length, week.series.length]).toEqual([25, 29]);
    for (const { requests_total, series } of [day, week]) {
      const counts = series.map((part: { requests_total: number | null }) => part.requests_total ?? 0);
      expect([requests_total, counts.reduce((sum: number, count: number) => sum + count, 0)]).toEqual([5, 5]);
    }
  });

  it('of a service that exposes nothing is null throughout', async () => {
    const { status, body } = await api.send('GET', '/api/v1/metrics/services/postgres');
    expect([status, body.requests_total, body.p99_latency_ms, body.cache_hit_rate]).toEqual([200, null, null, null]);
  });

  it('of the orchestrator itself is that of its API', async () => {
    await api.send('GET', '/health');
    await api.send('GET', '/nowhere');
    await api.store();
    const { body } = await api.send('GET', '/api/v1/metrics/services/omni-orchestrator');
    expect(body).toMatchObject({ service: 'omni-orchestrator', requests_total: 2, errors_total: 0 });
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for a period that there is not', async () => {
    expectRefusal(await api.send('GET', `${path}?period=day`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it.each(['nobody', 'x'.repeat(65), '%00'])('is given for a name that is not in the catalogue: %s', async (name) => {
    expectRefusal(await api.send('GET', `/api/v1/metrics/services/${name}`), 404, 'NOT_FOUND');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond what reads are allowed', () => expectLimited(api, request, 100));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'metrics'));
});
