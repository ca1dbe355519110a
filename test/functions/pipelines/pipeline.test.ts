import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StageName, stageNames } from '../../../functions/core/settings.ts';
import {
  type Failure,
  isSentBack,
  mayBegin,
  newPipeline,
  orderedStages,
  type Pipeline,
  type StageState,
  target,
  withCancelRequested,
  withEnd,
  withStageBegun,
  withStageEnded,
} from '../../../functions/pipelines/pipeline.ts';
import { validRequest } from './requests.ts';

const subsets = fc.subarray([...stageNames], { minLength: 1 });
const begun = (stages: readonly StageName[] = stageNames, config = {}) =>
  newPipeline('pipe_1', validRequest(config, { stages }), 1_000);
const withStages = (stages: Partial<Record<StageName, StageState>>, rest: Partial<Pipeline> = {}): Pipeline => ({
  ...begun(Object.keys(stages) as StageName[]),
  stages,
  ...rest,
});
const completed: StageState = { status: 'completed', iteration: 1, startedMs: 1, completedMs: 2 };
const running: StageState = { status: 'running', iteration: 1, startedMs: 3 };
const pending: StageState = { status: 'pending', iteration: 0 };
const failed: StageState = { status: 'failed', iteration: 1, startedMs: 1, completedMs: 2 };
const failure: Failure = { code: 'STAGE_FAILED', stage: 'test', message: 'No.', retryable: false };

describe('a new pipeline', () => {
  it('has the stages that were asked for, in the order of the platform, whatever order they were named in', () => {
    fc.assert(
      fc.property(
        subsets.chain((stages) => fc.shuffledSubarray(stages, { minLength: stages.length })),
        (asked) => {
          const pipeline = begun(asked);
          const expected = stageNames.filter((name) => asked.includes(name));
          expect(Object.keys(pipeline.stages)).toEqual(expected);
          expect(orderedStages(pipeline)).toEqual(expected);
          expect(Object.values(pipeline.stages)).toEqual(expected.map(() => pending));
        },
      ),
    );
  });

  it('has all eight where none were named, is running, in its first iteration, and may begin', () => {
    const pipeline = newPipeline('pipe_1', validRequest(), 1_000);
    expect(orderedStages(pipeline)).toEqual(stageNames);
    expect(pipeline).toMatchObject({ status: 'running', iteration: 1, createdMs: 1_000, revision: 0 });
    expect(mayBegin(pipeline)).toBe(true);
  });

  it('works on the normalised repository and the branch', () => {
    const request = validRequest({ repo_url: 'http://OMNI-gitea:3000/o/n.git/', branch: 'x' });
    expect(target(request)).toEqual({ repository: 'http://omni-gitea:3000/o/n', branch: 'x' });
  });
});

describe('a stage that begins', () => {
  it('is running from that time, and leaves the others alone', () => {
    const pipeline = withStageBegun(begun(), 'ingest', 1, 5_000);
    expect(pipeline.stages.ingest).toEqual({ status: 'running', iteration: 1, startedMs: 5_000 });
    expect(
      orderedStages(pipeline)
        .slice(1)
        .map((name) => pipeline.stages[name]),
    ).toEqual(Array(7).fill(pending));
  });

  it('in a new iteration makes generate, validate and test pending again, and no other stage', () => {
    const before = withStages({
      ingest: completed,
      generate: completed,
      validate: completed,
      test: failed,
      deploy: pending,
    });
    const pipeline = withStageBegun(before, 'generate', 2, 9_000);
    expect(pipeline.iteration).toBe(2);
    expect(pipeline.stages).toEqual({
      ingest: completed,
      generate: { status: 'running', iteration: 2, startedMs: 9_000 },
      validate: { status: 'pending', iteration: 2 },
      test: { status: 'pending', iteration: 2 },
      deploy: pending,
    });
  });

  it('in a new iteration adds no stage that was not asked for', () => {
    const pipeline = withStageBegun(withStages({ generate: completed, test: failed }), 'generate', 2, 9_000);
    expect(orderedStages(pipeline)).toEqual(['generate', 'test']);
  });
});

describe('a stage that ends', () => {
  it.each([
    [true, 'completed'],
    [false, 'failed'],
  ])('having passed: %s, is %s at that time', (passed, status) => {
    const pipeline = withStageEnded(withStages({ test: running }), 'test', passed, 8_000);
    expect(pipeline.stages.test).toEqual({ ...running, status, completedMs: 8_000 });
  });

  it('must be one of the pipeline', () => {
    expect(() => withStageEnded(withStages({ test: running }), 'deploy', true, 1)).toThrow('deploy');
  });
});

describe('a failed gate is sent back', () => {
  it.each([
    ['validate', 1, 3, true],
    ['validate', 2, 3, true],
    ['validate', 3, 3, false],
    ['test', 1, 1, false],
    ['test', 9, 10, true],
    ['test', 10, 10, false],
    ['ingest', 1, 3, false],
    ['generate', 1, 3, false],
    ['deploy', 1, 3, false],
    ['monitor', 1, 3, false],
  ] as const)('%s in iteration %i of %i: %s', (stage, iteration, iterationsMax, expected) => {
    expect(isSentBack(begun(stageNames, { max_iterations: iterationsMax }), stage, iteration)).toBe(expected);
  });

  it('never without generate', () => {
    expect(isSentBack(begun(['validate', 'test']), 'validate', 1)).toBe(false);
  });
});

describe('a cancellation', () => {
  it('keeps the time of the first request, and lets nothing begin any more', () => {
    const once = withCancelRequested(begun(), 5_000);
    expect(withCancelRequested(once, 9_000)).toBe(once);
    expect([once.cancelRequestedMs, once.status, mayBegin(once)]).toEqual([5_000, 'running', false]);
  });
});

describe('the end of a pipeline', () => {
  it.each([
    ['completed when every stage is', { ingest: completed, test: completed }, {}, undefined, 'completed'],
    ['failed with a failure', { generate: completed, test: failed }, {}, failure, 'failed'],
    ['failed when a stage is still running', { ingest: running }, {}, undefined, 'failed'],
    ['failed when nothing has begun', { ingest: pending }, {}, undefined, 'failed'],
    [
      'cancelled when that was asked for',
      { ingest: completed, test: pending },
      { cancelRequestedMs: 5 },
      undefined,
      'cancelled',
    ],
    ['cancelled although a stage failed', { test: failed }, { cancelRequestedMs: 5 }, failure, 'cancelled'],
    [
      'cancelled although every stage is completed',
      { test: completed },
      { cancelRequestedMs: 5 },
      undefined,
      'cancelled',
    ],
  ] as const)('is %s', (_, stages, rest, given, status) => {
    expect(withEnd(withStages(stages, rest), given, 9_000)).toMatchObject({ status, completedMs: 9_000 });
  });

  it('skips what is pending, and fails what an execution left running', () => {
    const { stages, error } = withEnd(
      withStages({ ingest: completed, test: running, deploy: pending }),
      undefined,
      9_000,
    );
    expect(stages).toEqual({
      ingest: completed,
      test: { ...running, status: 'failed', completedMs: 9_000 },
      deploy: { ...pending, status: 'skipped' },
    });
    expect(error).toEqual({ code: 'INTERNAL', stage: 'test', message: 'The test stage broke off.', retryable: true });
  });

  it('has no error when it completed or was cancelled between stages', () => {
    expect(withEnd(withStages({ test: completed }), undefined, 9_000)).not.toHaveProperty('error');
    const cancelled = withStages({ ingest: completed, test: pending }, { cancelRequestedMs: 5 });
    expect(withEnd(cancelled, undefined, 9_000)).not.toHaveProperty('error');
  });

  it('is always an end, with no stage left pending or running, whatever came before', () => {
    const state = fc.constantFrom(completed, running, pending, failed);
    const stages = subsets.chain((names) =>
      fc
        .tuple(...names.map(() => state))
        .map((states) => Object.fromEntries(names.map((name, i) => [name, states[i]]))),
    );
    const cancelled = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(stages, cancelled, fc.option(fc.constant(failure), { nil: undefined }), (some, asked, given) => {
        const before = withStages(some as never, asked === undefined ? {} : { cancelRequestedMs: asked });
        const after = withEnd(before, given, 9_000);
        expect(['completed', 'failed', 'cancelled']).toContain(after.status);
        for (const name of orderedStages(after)) {
          expect(['completed', 'failed', 'skipped']).toContain(after.stages[name]?.status);
        }
        expect(orderedStages(after)).toEqual(orderedStages(before));
        expect(after.status === 'failed').toBe(asked === undefined && after.error !== undefined);
        expect(mayBegin(after)).toBe(false);
      }),
    );
  });
});
