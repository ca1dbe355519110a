import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFunctionSettings, type StageName, stageNames } from '../../../functions/core/settings.ts';
import { newStageRun, pollDelaySeconds, type StageRun, waitSeconds } from '../../../functions/pipelines/stage-run.ts';

const run = (changes: Partial<StageRun>): StageRun => ({ ...newStageRun('pipe_1', 'test', 1, 0), ...changes });

/** How often a stage is asked whose work never ends: from its start to the question at its deadline. */
function questionsOf(deadlineSeconds: number): number {
  for (let polls = 1, nowMs = 0; ; polls += 1) {
    if (nowMs >= deadlineSeconds * 1000) return polls;
    nowMs += waitSeconds(run({ polls }), deadlineSeconds, nowMs) * 1000;
  }
}

/** Step Functions counts: a task and the failure-free states around it take 9 events for each question. */
const eventsPerQuestion = 9;
const repeated: readonly StageName[] = ['generate', 'validate', 'test'];

function eventsOf(deadlines: Record<StageName, number>, iterations: number): number {
  const questions = stageNames.map(
    (stage) => questionsOf(deadlines[stage]) * (repeated.includes(stage) ? iterations : 1),
  );
  return eventsPerQuestion * questions.reduce((sum, count) => sum + count, 0);
}

describe('ten iterations in which every stage takes all of its time', () => {
  it.each(['', 'generate=604800', stageNames.map((name) => `${name}=604800`).join()])(
    'stay under the 25,000 events of an execution with the deadlines "%s"',
    (STAGE_DEADLINES) => {
      const { stageDeadlineSeconds } = readFunctionSettings({ STAGE_DEADLINES });
      expect(eventsOf(stageDeadlineSeconds, 10)).toBeLessThan(25_000);
    },
  );

  it('a deadline of up to a week is asked about at most 75 times', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 604_800 }), (deadline) => questionsOf(deadline) <= 75));
  });
});

describe('the delay before the next question', () => {
  it('is at most a fiftieth of a deadline of more than 100 minutes', () => {
    expect(pollDelaySeconds(100, 604_800)).toBe(12_096);
    expect(pollDelaySeconds(10_000, 604_800)).toBe(12_096);
    expect(pollDelaySeconds(100, 6_001)).toBe(121);
  });
});

describe('how long the state machine waits', () => {
  it('is whole seconds, no shorter than an upstream asked for, no longer than to the deadline, at least one', () => {
    const runs = fc.record({
      polls: fc.integer({ min: 1, max: 300 }),
      notBeforeMs: fc.option(fc.nat(10_000_000), { nil: undefined }),
    });
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 8_000 }), fc.nat(9_000_000), (changes, deadline, nowMs) => {
        const { notBeforeMs, polls } = changes;
        const seconds = waitSeconds(
          run({ polls, ...(notBeforeMs === undefined ? {} : { notBeforeMs }) }),
          deadline,
          nowMs,
        );
        const left = Math.ceil(deadline - nowMs / 1000);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(Math.max(1, left));
        if (notBeforeMs !== undefined && seconds < left)
          expect(nowMs + seconds * 1000).toBeGreaterThanOrEqual(notBeforeMs);
      }),
    );
  });
});
