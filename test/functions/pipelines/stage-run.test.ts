import { describe, expect, it } from 'vitest';
import { readFunctionSettings } from '../../../functions/core/settings.ts';
import { newStageRun, pollDelaySeconds, withLog } from '../../../functions/pipelines/stage-run.ts';

/** How often a stage is asked that takes its whole deadline. */
function questionsIn(deadlineSeconds: number): number {
  let questions = 0;
  for (let passed = 0; passed < deadlineSeconds; passed += pollDelaySeconds(questions - 1, deadlineSeconds))
    questions += 1;
  return questions;
}

describe('the delay before the next question', () => {
  it('begins at a second, grows by half and never exceeds two minutes up to a deadline of 200 minutes', () => {
    expect(Array.from({ length: 8 }, (_, polls) => pollDelaySeconds(polls, 3600))).toEqual([1, 2, 3, 4, 6, 8, 12, 18]);
    for (let polls = 0; polls < 2_000; polls += 1) {
      const seconds = pollDelaySeconds(polls, 12_000);
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(120);
    }
    expect(pollDelaySeconds(12, 12_000)).toBe(120);
  });

  it('asks an agent that works for four hours some 110 times', () => {
    const questions = questionsIn(4 * 3600);
    expect(questions).toBeGreaterThan(105);
    expect(questions).toBeLessThan(115);
  });

  it('keeps ten iterations in which every stage takes its whole deadline under 25,000 history events', () => {
    const { stageDeadlineSeconds: deadlines } = readFunctionSettings({});
    const once = ['ingest', 'enrich', 'deploy', 'monitor', 'learn'] as const;
    const repeated = ['generate', 'validate', 'test'] as const;
    const questions = (stages: readonly (keyof typeof deadlines)[]) =>
      stages.reduce((sum, stage) => sum + questionsIn(deadlines[stage]), 0);
    const [eventsOfQuestion, iterationsMax] = [9, 10];
    expect((questions(once) + iterationsMax * questions(repeated)) * eventsOfQuestion).toBeLessThan(25_000);
    expect(questions(repeated)).toBeLessThan(210);
  });
});

describe('the log of a run', () => {
  const run = newStageRun('pipe_1', 'test', 1, 0);
  const line = (message: string) => ({ timeMs: 1, level: 'info' as const, message });

  it('keeps 200 lines, then says that it was truncated', () => {
    let full = run;
    for (let lines = 0; lines < 200; lines += 1) full = withLog(full, line(`${lines}`));
    expect(full.logsTruncated).toBe(false);
    const more = withLog(full, line('one more'));
    expect([more.logs.length, more.logsTruncated]).toEqual([200, true]);
  });

  it('keeps 1,000 characters of a line, and says so when there were more', () => {
    const exact = withLog(run, line('x'.repeat(1_000)));
    expect([exact.logs[0]?.message.length, exact.logsTruncated]).toEqual([1_000, false]);
    const long = withLog(run, line('x'.repeat(1_001)));
    expect(long.logs[0]?.message).toBe(`${'x'.repeat(999)}…`);
    expect(long.logsTruncated).toBe(true);
  });
});
