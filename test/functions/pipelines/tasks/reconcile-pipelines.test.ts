import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../../backend/backend.ts';
import { takeBranch } from '../../../../functions/pipelines/branch-lock.ts';
import { endPipeline } from '../../../../functions/pipelines/end-pipeline.ts';
import { claimOf } from '../../../../functions/pipelines/pipeline.ts';
import { reconcilePipelines } from '../../../../functions/pipelines/tasks/reconcile-pipelines.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { Death, dyingBackend } from '../dying-backend.ts';
import { stored } from '../stage-scenario.ts';
import { startPipeline, storePipeline } from '../stored-pipeline.ts';

let home: TestHome;
/** What the tasks of the state machine do; they hang unless told. */
let task: ((placeholder: string) => Promise<Json>) | undefined;
beforeEach(async () => {
  task = undefined;
  home = await openHome({ task: (placeholder) => task?.(placeholder) });
});
afterEach(() => home.close());

const reconcile = () => reconcilePipelines.run(null, home);
const execution = (id: string) => home.backend.machine('pipeline').describe(id);

describe('the reconciliation', () => {
  it('leaves a pipeline alone whose execution is running', async () => {
    const pipeline = await startPipeline(home);
    home.published.length = 0;
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect([await stored(home, pipeline.id), home.published]).toEqual([pipeline, []]);
  });

  it('launches a pipeline that has no execution, and announces it', async () => {
    const { id } = await storePipeline(home);
    expect(await execution(id)).toBeUndefined();
    expect(await reconcile()).toEqual({ reconciled: 1 });
    expect(await execution(id)).toEqual({ status: 'RUNNING' });
    expect(home.published).toMatchObject([{ type: 'pipeline.started', data: { pipeline_id: id } }]);
    expect(await reconcile()).toEqual({ reconciled: 0 });
  });

  it('ends a pipeline whose execution failed, publishes that and frees its branch', async () => {
    task = () => Promise.reject(new Error('no task works'));
    const pipeline = await startPipeline(home);
    await expect.poll(async () => (await execution(pipeline.id))?.status).toBe('FAILED');
    home.published.length = 0;
    expect(await reconcile()).toEqual({ reconciled: 1 });
    expect(await stored(home, pipeline.id)).toMatchObject({
      status: 'failed',
      error: { code: 'INTERNAL', stage: 'ingest', retryable: true },
    });
    expect(home.published).toMatchObject([{ type: 'pipeline.failed', data: { pipeline_id: pipeline.id } }]);
    await expect(
      takeBranch(home.backend, { target: claimOf(pipeline.request), owner: 'pipe_b', nowMs: home.clock.now() }),
    ).resolves.toBeUndefined();
    expect(await reconcile()).toEqual({ reconciled: 0 });
  });

  it('leaves to later calls what it has no time for, and does not fail', async () => {
    for (const branch of ['a', 'b', 'c']) await storePipeline(home, { config: { branch } });
    const { machine } = home.backend;
    const slowly = {
      ...machine('pipeline'),
      describe: async (id: string) => {
        home.clock.advance(30_000);
        return machine('pipeline').describe(id);
      },
    };
    home.backend = { ...home.backend, machine: (name) => (name === 'pipeline' ? slowly : machine(name)) };
    expect(await reconcile()).toEqual({ reconciled: 2 });
    // Each call looks at two of the three; a hundred that never come to the third do not happen.
    const later = [];
    for (let calls = 0; calls < 100; calls += 1) later.push(await reconcile());
    expect(later.filter((outcome) => outcome.reconciled === 1)).toHaveLength(1);
  });

  it('leaves pipelines alone that have ended', async () => {
    await storePipeline(home, { change: { status: 'completed' } });
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect(home.published).toEqual([]);
  });

  it.each([
    ['before it was published', 1],
    ['before its branch was freed', 2],
    ['before it was noted as announced', 3],
  ])('announces an end that was stored, cut short %s, once more and with the same id', async (_, writes) => {
    const completed = { status: 'completed', iteration: 1, startedMs: 1, completedMs: 2 } as const;
    const pipeline = await storePipeline(home, { change: { stages: { test: completed } } });
    const dying = dyingBackend(home.backend, writes, false);
    await expect(endPipeline(dying, pipeline.id)).rejects.toThrow(Death);
    expect(await stored(home, pipeline.id)).toMatchObject({ status: 'completed', unannounced: 'end' });
    const before = [...home.published];
    home.clock.advance(300_000);
    expect(await reconcile()).toEqual({ reconciled: 1 });
    expect(home.published).toHaveLength(before.length + 1);
    expect(new Set(home.published.map(({ id }) => id)).size).toBe(1);
    expect(home.published[0]).toMatchObject({ type: 'pipeline.completed', data: { pipeline_id: pipeline.id } });
    expect(await stored(home, pipeline.id)).not.toHaveProperty('unannounced');
    await expect(
      takeBranch(home.backend, { target: claimOf(pipeline.request), owner: 'pipe_b', nowMs: home.clock.now() }),
    ).resolves.toBeUndefined();
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect(home.published).toHaveLength(before.length + 1);
  });

  it('leaves an end to its execution while that is running', async () => {
    const pipeline = await startPipeline(home, { change: { status: 'completed', completedMs: 1, unannounced: 'end' } });
    home.published.length = 0;
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect([await stored(home, pipeline.id), home.published]).toEqual([pipeline, []]);
  });

  it('goes through more pipelines than one page holds', async () => {
    const count = 130;
    for (let index = 0; index < count; index += 1) await storePipeline(home, { config: { branch: `b${index}` } });
    expect(await reconcile()).toEqual({ reconciled: count });
    expect(await reconcile()).toEqual({ reconciled: 0 });
  });

  it('reconciles the others when one of them cannot be', async () => {
    const first = await storePipeline(home, { config: { branch: 'a' } });
    home.clock.advance(1_000);
    const second = await storePipeline(home, { config: { branch: 'b' } });
    const machine = home.backend.machine('pipeline');
    const describeOrFail: typeof machine.describe = (name) =>
      name === second.id ? Promise.reject(new Error('throttled')) : machine.describe(name);
    const backend = { ...home.backend, machine: () => ({ ...machine, describe: describeOrFail }) };
    expect(await reconcilePipelines.run(null, { ...home, backend })).toEqual({ reconciled: 1 });
    expect(await execution(first.id)).toEqual({ status: 'RUNNING' });
    expect(home.logLines.some((line) => line.includes(second.id) && line.includes('throttled'))).toBe(true);
  });
});
