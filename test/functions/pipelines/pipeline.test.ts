import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StageName, stageNames } from '../../../functions/core/settings.ts';
import {
  claimOf,
  type Failure,
  isSentBack,
  newPipeline,
  orderedStages,
  type Pipeline,
  type StageState,
  target,
  withCancelRequested,
  withEnd,
  withEndAnnounced,
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

  it('has all eight where none were named, is running, and in its first iteration', () => {
    const pipeline = newPipeline('pipe_1', validRequest(), 1_000);
    expect(orderedStages(pipeline)).toEqual(stageNames);
    expect(pipeline).toMatchObject({ status: 'running', iteration: 1, createdMs: 1_000, revision: 0 });
  });

  it('claims the normalised repository and the branch, and calls them what its caller did', () => {
    const config = { repo_url: 'http://OMNI-gitea:3000/o/n.git/', branch: 'x' };
    expect(claimOf(validRequest(config))).toEqual({ repository: 'http://omni-gitea:3000/o/n', branch: 'x' });
    expect(target(validRequest(config))).toEqual(config);
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

  it.each([
    ['that has begun in this iteration already', { test: running }, {}],
    ['that has ended in this iteration', { test: failed }, {}],
    ['that the pipeline has not', { ingest: running }, {}],
    ['of an iteration that a later one has overtaken', { test: { ...pending, iteration: 2 } }, { iteration: 2 }],
    ['of a pipeline whose cancellation was asked for', { test: pending }, { cancelRequestedMs: 5 }],
    ['of a pipeline that has ended', { test: pending }, { status: 'failed' }],
  ] as const)('changes nothing %s', (_, stages, rest) => {
    const pipeline = withStages(stages, rest);
    expect(withStageBegun(pipeline, 'test', 1, 9_000)).toBe(pipeline);
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
    const end = { iteration: 1, passed, completedMs: 8_000 };
    const pipeline = withStageEnded(withStages({ test: running }), 'test', end);
    expect(pipeline.stages.test).toEqual({ ...running, status, completedMs: 8_000 });
  });

  it.each([
    ['of a stage that the pipeline has not', { ingest: running }, {}],
    ['of a stage that has not begun', { test: pending }, {}],
    ['of a stage that has ended', { test: completed }, {}],
    ['of an iteration that a later one has overtaken', { test: { ...running, iteration: 2 } }, { iteration: 2 }],
    ['of a pipeline that has ended', { test: running }, { status: 'cancelled' }],
  ] as const)('changes nothing %s', (_, stages, rest) => {
    const pipeline = withStages(stages, rest);
    expect(withStageEnded(pipeline, 'test', { iteration: 1, passed: true, completedMs: 8_000 })).toBe(pipeline);
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
    expect([once.cancelRequestedMs, once.status]).toEqual([5_000, 'running']);
    expect(withStageBegun(once, 'ingest', 1, 9_000)).toBe(once);
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

  it('blames generate when work was sent back to it and the end came before it began again', () => {
    const stages = { generate: completed, validate: failed, test: pending };
    expect(withEnd(withStages(stages), undefined, 9_000).error).toEqual({
      code: 'INTERNAL',
      stage: 'generate',
      message: 'The generate stage broke off.',
      retryable: true,
    });
  });

  it('has no error when it was cancelled after work was sent back', () => {
    const stages = { generate: completed, validate: failed, test: pending };
    expect(withEnd(withStages(stages, { cancelRequestedMs: 5 }), undefined, 9_000)).not.toHaveProperty('error');
  });

  it('is unannounced until somebody says that it was announced', () => {
    const ended = withEnd(withStages({ test: completed }), undefined, 9_000);
    expect(ended.unannounced).toBe('end');
    expect(withEndAnnounced(ended)).not.toHaveProperty('unannounced');
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
        for (const name of stageNames) expect(withStageBegun(after, name, after.iteration, 9_000)).toBe(after);
      }),
    );
  });
});
