import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takeBranch } from '../../../../functions/pipelines/branch-lock.ts';
import { claimOf, type Pipeline, type StageState } from '../../../../functions/pipelines/pipeline.ts';
import { newStageRun, type StageOutcome } from '../../../../functions/pipelines/stage-run.ts';
import { beginStageRun } from '../../../../functions/pipelines/stage-run-store.ts';
import { finishPipeline } from '../../../../functions/pipelines/tasks/finish-pipeline.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { dyingBackend } from '../dying-backend.ts';
import { stored } from '../stage-scenario.ts';
import { storePipeline } from '../stored-pipeline.ts';

let home: TestHome;
let branches = 0;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());
beforeEach(() => {
  home.published.length = 0;
});

const completed: StageState = { status: 'completed', iteration: 1, startedMs: 1, completedMs: 2 };
const failed: StageState = { ...completed, status: 'failed' };
const running: StageState = { status: 'running', iteration: 1, startedMs: 1 };
const pending: StageState = { status: 'pending', iteration: 0 };
const rejection: StageOutcome = {
  verdict: 'rejected',
  reasons: ['No.'],
  failure: { code: 'STAGE_FAILED', stage: 'test', message: 'The test stage failed: No.', retryable: false },
  result: {},
};

const store = (stages: Pipeline['stages'], change: Partial<Pipeline> = {}) =>
  storePipeline(home, { config: { branch: `b${branches++}` }, change: { stages, ...change } });
const finish = (id: string, more: object = {}) => finishPipeline.run({ pipeline_id: id, ...more }, home);
const isFree = (pipeline: Pipeline) =>
  takeBranch(home.backend, { target: claimOf(pipeline.request), owner: 'pipe_other', nowMs: home.clock.now() }).then(
    () => true,
    () => false,
  );

describe('each way out is recorded, published and frees the branch', () => {
  it.each([
    ['pipeline.completed', 'all stages passed', { ingest: completed, test: completed }, {}],
    ['pipeline.failed', 'a stage failed its gate', { ingest: completed, test: failed }, {}],
    ['pipeline.failed', 'a stage function failed for good', { ingest: completed, test: running }, {}],
    [
      'pipeline.cancelled',
      'it was cancelled between stages',
      { ingest: completed, test: pending },
      { cancelRequestedMs: 5 },
    ],
  ] as const)('%s: %s', async (type, _, stages, change) => {
    const pipeline = await store(stages, change);
    expect(await isFree(pipeline)).toBe(false);
    home.clock.advance(1_500);
    const status = type.split('.')[1];
    expect(await finish(pipeline.id)).toEqual({ status });
    expect(await stored(home, pipeline.id)).toMatchObject({ status, completedMs: home.clock.now() });
    expect(home.published).toEqual([
      expect.objectContaining({
        type,
        data: expect.objectContaining({ pipeline_id: pipeline.id, iteration: 1, duration_ms: 1_500 }),
      }),
    ]);
    expect(await isFree(pipeline)).toBe(true);
  });
});

describe('the error', () => {
  it('is the one of the stage that failed, in the pipeline and in the event', async () => {
    const { id } = await store({ ingest: completed, test: failed });
    await beginStageRun(home.backend, { ...newStageRun(id, 'test', 1, 1), completedMs: 2, outcome: rejection });
    await finish(id);
    expect((await stored(home, id)).error).toEqual(rejection.failure);
    expect(home.published[0]?.data['error']).toEqual(rejection.failure);
  });

  it('of a stage function that failed for good is INTERNAL and retryable; the log names the reason', async () => {
    const { id } = await store({ ingest: running });
    await finish(id, { broken_off: { Error: 'States.Timeout', Cause: 'secret-cause' } });
    expect((await stored(home, id)).error).toMatchObject({ code: 'INTERNAL', stage: 'ingest', retryable: true });
    expect(home.logLines.some((line) => line.includes(id) && line.includes('States.Timeout'))).toBe(true);
    expect(home.logLines.join('\n')).not.toContain('secret-cause');
  });
});

describe('after a gate sent the work back', () => {
  const sentBack = { generate: completed, test: failed, deploy: pending };
  async function storeSentBack(change: Partial<Pipeline> = {}) {
    const { id } = await store(sentBack, change);
    await beginStageRun(home.backend, { ...newStageRun(id, 'test', 1, 1), completedMs: 2, outcome: rejection });
    return id;
  }

  it('a cancellation that came before generate began again shows no error', async () => {
    const id = await storeSentBack({ cancelRequestedMs: 5 });
    expect(await finish(id)).toEqual({ status: 'cancelled' });
    expect(await stored(home, id)).not.toHaveProperty('error');
    expect(home.published.map(({ type }) => type)).toEqual(['pipeline.cancelled']);
    expect(home.published[0]?.data).not.toHaveProperty('error');
  });

  it('a generate that could not begin again is what failed, not the gate', async () => {
    const id = await storeSentBack();
    await finish(id, { broken_off: { Error: 'States.Timeout' } });
    const error = { code: 'INTERNAL', stage: 'generate', message: 'The generate stage broke off.', retryable: true };
    expect((await stored(home, id)).error).toEqual(error);
    expect(home.published[0]?.data['error']).toEqual(error);
  });

  it('the gate is what failed when no iteration was left', async () => {
    const pipeline = await storePipeline(home, {
      config: { branch: `b${branches++}`, max_iterations: 1 },
      change: { stages: sentBack },
    });
    await beginStageRun(home.backend, {
      ...newStageRun(pipeline.id, 'test', 1, 1),
      completedMs: 2,
      outcome: rejection,
    });
    await finish(pipeline.id);
    expect((await stored(home, pipeline.id)).error).toEqual(rejection.failure);
  });
});

describe('again', () => {
  it('it repeats the same event and decides nothing anew', async () => {
    const pipeline = await store({ test: completed });
    await finish(pipeline.id);
    const ended = await stored(home, pipeline.id);
    home.clock.advance(60_000);
    expect(await finish(pipeline.id)).toEqual({ status: 'completed' });
    expect(await stored(home, pipeline.id)).toEqual(ended);
    expect(home.published).toHaveLength(2);
    expect(home.published[1]).toEqual(home.published[0]);
  });

  it('it does not free the branch of the pipeline that has taken it since', async () => {
    const pipeline = await store({ test: completed });
    await finish(pipeline.id);
    await takeBranch(home.backend, { target: claimOf(pipeline.request), owner: 'pipe_next', nowMs: home.clock.now() });
    await finish(pipeline.id);
    expect(await isFree(pipeline)).toBe(false);
  });

  it.each([0, 1, 2, 3])('after a death at write %i it brings the same end about', async (writes) => {
    const pipeline = await store({ test: completed });
    const dying = { ...home, backend: dyingBackend(home.backend, writes, false) };
    await expect(finishPipeline.run({ pipeline_id: pipeline.id }, dying)).rejects.toThrow();
    home.clock.advance(2_000);
    expect(await finish(pipeline.id)).toEqual({ status: 'completed' });
    expect(new Set(home.published.map(({ id }) => id)).size).toBe(1);
    expect(await isFree(pipeline)).toBe(true);
  });
});
