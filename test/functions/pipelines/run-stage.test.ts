import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withCancelRequested } from '../../../functions/pipelines/pipeline.ts';
import { changePipeline } from '../../../functions/pipelines/pipeline-store.ts';
import { loadStageRun } from '../../../functions/pipelines/stage-run-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { repoUrl } from './requests.ts';
import { connectionRefused, type ScriptedUpstream, scriptUpstream } from './scripted-upstream.ts';
import { runOnce, runToEnd, stored } from './stage-scenario.ts';
import { storePipeline } from './stored-pipeline.ts';

let home: TestHome;
let upstream: ScriptedUpstream | undefined;
beforeEach(async () => {
  home = await openHome({ settings: { STAGE_DEADLINES: 'validate=100' } });
});
afterEach(async () => {
  upstream?.remove();
  upstream = undefined;
  await home.close();
});

const gates = { stages: ['generate', 'validate', 'test'] as const };
const start = (config = {}) => storePipeline(home, { stages: [...gates.stages], config });
const runOf = (pipelineId: string, iteration = 1) =>
  loadStageRun(home.backend, { pipelineId, stage: 'validate', iteration });

describe('a stage that passes', () => {
  it('waits as long as asked, then continues; pipeline and run tell when it began and ended', async () => {
    upstream = scriptUpstream({ polls: 3 });
    const { id } = await start();
    const startedMs = home.clock.now();
    const waits: (number | undefined)[] = [];
    for (let left = 3; left > 0; left -= 1) {
      const transition = await runOnce(home, id);
      expect(transition).toMatchObject({ next: 'wait', iteration: 1 });
      expect((await stored(home, id)).stages.validate).toEqual({ status: 'running', iteration: 1, startedMs });
      waits.push(transition.wait_seconds);
      home.clock.advance(1_000);
    }
    expect(waits).toEqual([1, 2, 3]);
    expect(await runOnce(home, id)).toEqual({ next: 'continue', iteration: 1 });
    const completedMs = startedMs + 3_000;
    expect((await stored(home, id)).stages.validate).toEqual({
      status: 'completed',
      iteration: 1,
      startedMs,
      completedMs,
    });
    const run = await runOf(id);
    expect(run).toMatchObject({ startedMs, completedMs, outcome: { verdict: 'passed', result: { job: 'job-1' } } });
    expect(run?.logs.map(({ message }) => message)).toEqual([
      'The job was started.',
      'The job has ended.',
      'The validate stage passed its gate.',
    ]);
  });

  it('publishes its end once, with its duration', async () => {
    upstream = scriptUpstream({ polls: 1 });
    const { id } = await start();
    await runToEnd(home, id);
    expect(home.published).toEqual([
      expect.objectContaining({
        type: 'pipeline.stage.completed',
        data: {
          pipeline_id: id,
          repo_url: repoUrl,
          branch: 'main',
          stage: 'validate',
          status: 'completed',
          iteration: 1,
          duration_ms: 1_000,
          reasons: [],
        },
      }),
    ]);
  });

  it('answers the same when it is called again after its end, and does, asks and publishes nothing more', async () => {
    upstream = scriptUpstream();
    const { id } = await start();
    const first = await runToEnd(home, id);
    const [requests, pipeline, published] = [upstream.requests.length, await stored(home, id), [...home.published]];
    home.clock.advance(3_600_000);
    expect(await runOnce(home, id)).toEqual(first);
    expect([upstream.requests.length, await stored(home, id), home.published]).toEqual([requests, pipeline, published]);
  });
});

describe('a stage whose gate rejects', () => {
  it('sends the work back to the next iteration, and keeps the reasons', async () => {
    upstream = scriptUpstream({ reasons: ['Coverage is 10.', 'A secret leaked.'] });
    const { id } = await start();
    expect(await runToEnd(home, id)).toEqual({ next: 'send_back', iteration: 2 });
    expect((await runOf(id))?.outcome).toEqual({
      verdict: 'rejected',
      reasons: ['Coverage is 10.', 'A secret leaked.'],
      result: { job: 'job-1' },
      failure: {
        code: 'STAGE_FAILED',
        stage: 'validate',
        message: 'The validate stage failed: Coverage is 10. A secret leaked.',
        retryable: false,
      },
    });
    expect(home.published[0]?.data).toMatchObject({
      status: 'failed',
      reasons: ['Coverage is 10.', 'A secret leaked.'],
    });
  });

  it('finishes in the last iteration', async () => {
    upstream = scriptUpstream({ reasons: ['No.'] });
    const { id } = await start({ max_iterations: 1 });
    expect(await runToEnd(home, id)).toEqual({ next: 'finish', iteration: 1 });
  });

  it('finishes at once without generate', async () => {
    upstream = scriptUpstream({ reasons: ['No.'] });
    const { id } = await storePipeline(home, { stages: ['validate', 'test'] });
    expect(await runToEnd(home, id)).toEqual({ next: 'finish', iteration: 1 });
  });
});

describe('an upstream that fails', () => {
  it('for good ends the stage as STAGE_FAILED, not worth a retry', async () => {
    upstream = scriptUpstream({ fails: () => new Response(null, { status: 403 }) });
    const { id } = await start();
    expect(await runToEnd(home, id)).toEqual({ next: 'finish', iteration: 1 });
    expect((await runOf(id))?.outcome).toMatchObject({
      verdict: 'broken',
      failure: { code: 'STAGE_FAILED', stage: 'validate', retryable: false },
    });
  });

  it('to take the work on ends the stage as SERVICE_UNAVAILABLE after three tries, worth a retry', async () => {
    upstream = scriptUpstream({ fails: connectionRefused });
    const { id } = await start();
    expect(await runToEnd(home, id)).toEqual({ next: 'finish', iteration: 1 });
    expect(upstream.requests).toHaveLength(3);
    expect((await runOf(id))?.outcome?.failure).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
  });

  it('to answer within UPSTREAM_TIMEOUT_SECONDS counts as unavailable', async () => {
    upstream = scriptUpstream();
    const hang = (_: URL, { signal }: RequestInit) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    globalThis.fetch = hang as typeof fetch;
    const { id } = await start();
    const impatient = { ...home, settings: { ...home.settings, upstreamTimeoutMs: 20 } };
    expect((await runToEnd(impatient, id)).next).toBe('finish');
    expect((await runOf(id))?.outcome?.failure?.message).toContain('did not answer within 20 ms');
  });
});

describe('the deadline of a stage', () => {
  it('counts from its start; past it unfinished work ends as TIMEOUT, worth a retry', async () => {
    upstream = scriptUpstream({ polls: 1000 });
    const { id } = await start();
    await runOnce(home, id);
    home.clock.advance(99_999);
    expect((await runOnce(home, id)).next).toBe('wait');
    home.clock.advance(1);
    expect(await runOnce(home, id)).toEqual({ next: 'finish', iteration: 1 });
    expect((await runOf(id))?.outcome).toMatchObject({
      verdict: 'broken',
      failure: { code: 'TIMEOUT', stage: 'validate', retryable: true },
    });
  });

  it('does not fail work that is found done past it', async () => {
    upstream = scriptUpstream({ polls: 1 });
    const { id } = await start();
    await runOnce(home, id);
    home.clock.advance(1_000_000);
    expect((await runOnce(home, id)).next).toBe('continue');
  });
});

describe('a cancellation', () => {
  const cancel = (id: string) =>
    changePipeline(home.backend, id, (pipeline) => withCancelRequested(pipeline, home.clock.now()));

  it('lets the running stage end, and begins no other', async () => {
    upstream = scriptUpstream({ polls: 1 });
    const { id } = await start();
    await runOnce(home, id);
    await cancel(id);
    expect((await runOnce(home, id)).next).toBe('continue');
    const requests = upstream.requests.length;
    expect(await runOnce(home, id, { stage: 'test' })).toEqual({ next: 'finish', iteration: 1 });
    expect(upstream.requests).toHaveLength(requests);
    expect((await stored(home, id)).stages.test?.status).toBe('pending');
  });

  it('before the first stage begins nothing at all', async () => {
    upstream = scriptUpstream();
    const { id } = await start();
    await cancel(id);
    expect(await runOnce(home, id)).toEqual({ next: 'finish', iteration: 1 });
    expect([upstream.requests, home.published]).toEqual([[], []]);
  });
});
