import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getPipelineContract } from '../../../functions/pipelines/contract.ts';
import { newStageRun, type StageRun } from '../../../functions/pipelines/stage-run.ts';
import { beginStageRun } from '../../../functions/pipelines/stage-run-store.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { startPipeline } from './stored-pipeline.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
});
afterEach(() => api.close());

const unknownId = 'pipe_01jhnkp8r2c5d3v7w9x0y1z2a3';
const request = { method: 'GET', path: `/api/v1/pipeline/${unknownId}` };
const get = (id: string) => api.send('GET', `/api/v1/pipeline/${id}`);

/** Stores a run of a stage as its function leaves it. */
async function ran(pipelineId: string, stage: StageRun['stage'], iteration: number, fields: Partial<StageRun>) {
  const startedMs = api.home.clock.now();
  await beginStageRun(api.home.backend, { ...newStageRun(pipelineId, stage, iteration, startedMs), ...fields });
}

const passed = (completedMs: number) => ({
  completedMs,
  outcome: { verdict: 'passed' as const, reasons: [], result: {} },
});
const rejection = { code: 'STAGE_FAILED', stage: 'validate', message: 'No.', retryable: false } as const;
const rejected = (completedMs: number) => ({
  completedMs,
  outcome: { verdict: 'rejected' as const, reasons: ['No.'], failure: rejection, result: {} },
});

describe('200', () => {
  it('shows a pipeline that has not begun with every stage pending and no iteration', async () => {
    const { id } = await startPipeline(api.home, { stages: ['validate', 'ingest'] });
    const { status, body } = await get(id);
    expect(status).toBe(200);
    expect(getPipelineContract.answers.ok.body.parse(body)).toEqual(body);
    const pending = {
      status: 'pending',
      attempts: 0,
      logs: [],
      logs_truncated: false,
      artifacts: [],
      error: null,
    };
    expect(Object.entries(body.stages)).toEqual([
      ['ingest', pending],
      ['validate', pending],
    ]);
    expect(body.iterations).toEqual([]);
  });

  it('shows times, attempts, logs, artifacts and the error of the latest run of each stage', async () => {
    const nowMs = api.home.clock.now();
    const time = (ms: number) => new Date(nowMs + ms).toISOString();
    const change = {
      iteration: 2,
      stages: {
        generate: { status: 'running', iteration: 2, startedMs: nowMs + 900 },
        validate: { status: 'failed', iteration: 1, startedMs: nowMs, completedMs: nowMs + 500 },
      },
    } as const;
    const { id } = await startPipeline(api.home, { stages: ['generate', 'validate'], change });
    await ran(id, 'generate', 1, passed(nowMs + 100));
    await ran(id, 'validate', 1, {
      ...rejected(nowMs + 500),
      logs: [{ timeMs: nowMs + 400, level: 'info', message: 'Scanned.' }],
      logsTruncated: true,
      artifacts: [{ name: 'scan.json', contentType: 'application/json', size: 2, key: `pipelines/${id}/1/scan.json` }],
    });
    await ran(id, 'generate', 2, { startedMs: nowMs + 900 });
    const { body } = await get(id);
    expect(getPipelineContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body.stages.validate).toEqual({
      status: 'failed',
      started_at: time(0),
      completed_at: time(500),
      duration_ms: 500,
      attempts: 1,
      logs: [{ timestamp: time(400), level: 'info', message: 'Scanned.' }],
      logs_truncated: true,
      artifacts: [
        { name: 'scan.json', content_type: 'application/json', size: 2, url: expect.stringMatching(/^http/) },
      ],
      error: rejection,
    });
    expect(body.stages.generate).toMatchObject({ status: 'running', attempts: 2, started_at: time(900) });
    expect(body.stages.generate).not.toHaveProperty('completed_at');
  });

  it('keeps the result of every iteration, its stages in the order of the platform', async () => {
    const nowMs = api.home.clock.now();
    const { id } = await startPipeline(api.home);
    for (const stage of ['ingest', 'enrich', 'generate', 'validate'] as const) await ran(id, stage, 1, passed(nowMs));
    await ran(id, 'test', 1, rejected(nowMs));
    for (const stage of ['generate', 'validate', 'test', 'deploy'] as const) await ran(id, stage, 2, passed(nowMs));
    const { iterations } = (await get(id)).body;
    const order = iterations.map((each: { iteration: number; stages: object }) => [
      each.iteration,
      Object.keys(each.stages),
    ]);
    expect(order).toEqual([
      [1, ['ingest', 'enrich', 'generate', 'validate', 'test']],
      [2, ['generate', 'validate', 'test', 'deploy']],
    ]);
    expect(iterations[0].stages.test).toMatchObject({ status: 'failed', error: { code: 'STAGE_FAILED' } });
  });

  it('shows a run that was broken off by the end of its pipeline as failed in its iteration too', async () => {
    const nowMs = api.home.clock.now();
    const change = {
      status: 'failed',
      completedMs: nowMs,
      stages: { ingest: { status: 'failed', iteration: 1, startedMs: nowMs, completedMs: nowMs } },
    } as const;
    const { id } = await startPipeline(api.home, { stages: ['ingest'], change });
    await ran(id, 'ingest', 1, {});
    expect((await get(id)).body.iterations[0].stages.ingest.status).toBe('failed');
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for an unknown parameter', async () => {
    expectRefusal(await get(`${unknownId}?verbose=1`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for a pipeline that is not there, and for no id at all', async () => {
    expectRefusal(await get(unknownId), 404, 'NOT_FOUND');
    expectRefusal(await get(''), 404, 'NOT_FOUND');
  });

  it.each([
    'abc',
    'executes',
    'wf_01jhnkp8r2c5d3v7w9x0y1z2a3',
    'pipe_01JHNKP8R2C5D3V7W9X0Y1Z2A3',
    'pipe_1',
    'a%20b',
    'a%2Fb',
    '%00',
    '%F0%9F%91%8B',
    'x'.repeat(100),
    'x'.repeat(101),
    'x'.repeat(3_000),
  ])('is given for any text that is no id: %s', async (id) => {
    expectRefusal(await get(id), 404, 'NOT_FOUND');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond 100 reads in a minute', () => expectLimited(api, request, 100));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'pipelines'));
});
