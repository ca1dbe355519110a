import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockKinds } from '../../../functions/core/locks.ts';
import { defaultRateLimits } from '../../../functions/core/rate-limit.ts';
import { stageNames } from '../../../functions/core/settings.ts';
import { serviceStatuses } from '../../../functions/events/contract.ts';
import { foldReadings } from '../../../functions/observability/fold-readings.ts';
import { takeBranch } from '../../../functions/pipelines/branch-lock.ts';
import { expectFaultHidden, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { type MeasuredApi, openMeasuredApi } from './measured-api.ts';

let api: MeasuredApi;
beforeEach(async () => {
  api = await openMeasuredApi({ RATE_LIMITS: 'read=1' });
});
afterEach(() => api.close());

const request = { method: 'GET', path: '/metrics' };

async function metrics(): Promise<{ text: string; type: string | null; lines: string[] }> {
  const answer = await api.send('GET', '/metrics');
  return { text: answer.text, type: answer.headers.get('content-type'), lines: answer.text.split('\n') };
}

/** Every name and value of a label but statuses, of which there are as many as the API has. */
function labelsIn(text: string): Set<string> {
  const labels = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return new Set(labels.filter(([, name]) => name !== 'status').map(([label]) => label));
}

function requestsIn(text: string): number {
  const counts = [...text.matchAll(/^omni_http_requests_total\{.*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('200', () => {
  it('is text of Prometheus, each metric with its help and type', async () => {
    const { type, lines } = await metrics();
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    const named = (mark: string) =>
      lines.filter((line) => line.startsWith(`# ${mark} `)).map((line) => line.split(' ')[2]);
    expect(named('HELP')).toEqual(named('TYPE'));
    expect(new Set(named('TYPE')).size).toBe(named('TYPE').length);
  });

  it('shows requests by route and status, with a histogram of each route, of all processes together', async () => {
    for (let calls = 0; calls < 3; calls += 1) await api.send('GET', '/health');
    await api.send('GET', '/api/v1/services/nobody');
    await api.send('GET', `/nowhere/${'x'.repeat(50)}`);
    await api.store();
    const { text } = await metrics();
    expect(text).toContain('omni_http_requests_total{method="GET",route="/health",status="200"} 3\n');
    expect(text).toContain('omni_http_requests_total{method="GET",route="/api/v1/services/{name}",status="404"} 1\n');
    expect(text).toContain('omni_http_requests_total{method="ANY",route="unmatched",status="429"} 1\n');
    expect(text).toContain('omni_http_request_duration_seconds_bucket{method="GET",route="/health",le="+Inf"} 3\n');
    expect(text).toContain('omni_http_request_duration_seconds_count{method="GET",route="/health"} 3\n');
  });

  it('is the same text before and after what was recorded is folded', async () => {
    for (const path of ['/health', '/ready', '/nowhere', '/api/v1/services']) await api.send('GET', path);
    await api.store();
    const before = await metrics();
    await foldReadings(api.home.backend, { deadlineMs: Number.POSITIVE_INFINITY });
    const after = await metrics();
    expect(before.text).toContain('route="/ready"');
    expect(after.text).toBe(before.text);
  });

  it('has what is counted at 0 before it happens, as Prometheus misses the first of a counter that was not there', async () => {
    await api.send('GET', '/health');
    await api.store();
    const { text } = await metrics();
    const expected = [
      'omni_http_requests_total{method="GET",route="/health",status="500"}',
      ...stageNames.flatMap((stage) => [
        `omni_pipeline_stages_total{stage="${stage}",status="completed"}`,
        `omni_pipeline_stages_total{stage="${stage}",status="failed"}`,
        `omni_pipeline_stage_duration_seconds_count{stage="${stage}"}`,
      ]),
      ...Object.keys(defaultRateLimits).map((name) => `omni_rate_limited_requests_total{category="${name}"}`),
      ...lockKinds.map((kind) => `omni_locks_held{kind="${kind}"}`),
      ...['completed', 'failed', 'cancelled'].flatMap((status) => [
        `omni_pipelines_total{status="${status}"}`,
        `omni_workflow_executions_total{status="${status}"}`,
      ]),
      ...['delivered', 'dead_lettered', 'failed', 'cancelled'].map(
        (outcome) => `omni_webhook_deliveries_total{outcome="${outcome}"}`,
      ),
      ...['accepted', 'failed'].map((outcome) => `omni_webhook_attempts_total{outcome="${outcome}"}`),
      ...serviceStatuses.filter((status) => status !== 'unknown').map((status) => `omni_services{status="${status}"}`),
    ];
    expect(expected.filter((sample) => !text.includes(`\n${sample} 0\n`))).toEqual([]);
  });

  it('shows what was refused for its rate, by category', async () => {
    for (let calls = 0; calls < 3; calls += 1) await api.send('GET', '/api/v1/services');
    await api.store();
    expect((await metrics()).text).toContain('omni_rate_limited_requests_total{category="read"} 2\n');
  });

  it('shows pipelines, stages, executions and deliveries by how they ended', async () => {
    await api.measure('pipelines', 'all', { completed: 3, failed: 1 });
    await api.measure('stages', 'ingest', { completed: 2, b150: 2, duration_us: 3_000_000 });
    await api.measure('executions', 'all', { cancelled: 1 });
    await api.measure('deliveries', 'all', { attempts_failed: 2, attempts_accepted: 1, ended_delivered: 1 });
    const { text } = await metrics();
    for (const line of [
      'omni_pipelines_total{status="completed"} 3',
      'omni_pipelines_total{status="failed"} 1',
      'omni_pipelines_total{status="cancelled"} 0',
      'omni_pipeline_stages_total{stage="ingest",status="completed"} 2',
      'omni_pipeline_stage_duration_seconds_sum{stage="ingest"} 3',
      'omni_pipeline_stage_duration_seconds_bucket{stage="ingest",le="+Inf"} 2',
      'omni_workflow_executions_total{status="cancelled"} 1',
      'omni_webhook_attempts_total{outcome="failed"} 2',
      'omni_webhook_deliveries_total{outcome="delivered"} 1',
      'omni_webhook_deliveries_total{outcome="dead_lettered"} 0',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it('shows services by status, and locks that are held', async () => {
    const { backend, clock } = api.home;
    const target = { repository: 'https://git.example/a', branch: 'main' };
    await takeBranch(backend, { target, owner: 'pipe_1', nowMs: clock.now() });
    const { text } = await metrics();
    expect(text).toContain('omni_services{status="unknown"} 37\n');
    expect(text).toContain('omni_locks_held{kind="branch"} 1\n');
    expect(text).toContain('omni_locks_held{kind="service"} 0\n');
    expect(text).not.toContain('omni_service_up{');
  });

  it('takes no label from callers, whatever methods, paths and names they send', async () => {
    const known = [
      '/metrics',
      '/health',
      '/nowhere',
      '/api/v1/services/x',
      '/api/v1/metrics/services/x',
      '/api/v1/workflows/x',
    ];
    for (const path of known) await api.send('GET', path);
    await api.send('POST', '/api/v1/hooks/x');
    await api.store();
    const before = (await metrics()).text;
    const hostile = ['"} 1\nomni_x 1', '\\', '{}', '%', '\0', 'ä'.repeat(30), '../..', 'x'.repeat(900)].map(
      encodeURIComponent,
    );
    for (const name of hostile) {
      for (const path of ['', 'api/v1/services/', 'api/v1/metrics/services/', 'api/v1/workflows/', 'api/v1/hooks/']) {
        for (const method of ['GET', 'POST', 'PROPFIND', 'M-SEARCH']) await api.send(method, `/${path}${name}`);
      }
    }
    await api.store();
    const { text } = await metrics();
    expect(requestsIn(text) - requestsIn(before)).toBe(1 + hostile.length * 5 * 4);
    expect(labelsIn(text)).toEqual(labelsIn(before));
  });

  it('is not limited', async () => {
    for (let calls = 0; calls < 5; calls += 1) expect((await metrics()).type).toContain('text/plain');
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for an unknown parameter', async () => {
    expectRefusal(await api.send('GET', '/metrics?format=json'), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'metrics'));
});
