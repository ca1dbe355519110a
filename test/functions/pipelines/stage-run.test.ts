import { describe, expect, it } from 'vitest';
import {
  keptReasons,
  newStageRun,
  pollDelaySeconds,
  shortened,
  withLog,
} from '../../../functions/pipelines/stage-run.ts';

describe('the delay before the next question', () => {
  it('begins at a second, grows by half and never exceeds two minutes up to a deadline of 100 minutes', () => {
    expect(Array.from({ length: 8 }, (_, polls) => pollDelaySeconds(polls, 3600))).toEqual([1, 2, 3, 4, 6, 8, 12, 18]);
    for (let polls = 0; polls < 2_000; polls += 1) {
      const seconds = pollDelaySeconds(polls, 6_000);
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(120);
    }
    expect(pollDelaySeconds(12, 6_000)).toBe(120);
  });
});

describe('the log of a run', () => {
  const run = newStageRun('pipe_1', 'test', 1, 0);
  const line = (message: string) => ({ timeMs: 1, level: 'info' as const, message });

  it('keeps 100 lines, then says that it was truncated', () => {
    let full = run;
    for (let lines = 0; lines < 100; lines += 1) full = withLog(full, line(`${lines}`));
    expect(full.logsTruncated).toBe(false);
    const more = withLog(full, line('one more'));
    expect([more.logs.length, more.logsTruncated]).toEqual([100, true]);
    expect(more.logs.at(-1)?.message).toBe('99');
  });

  it('keeps 500 characters of a line, and says so when there were more', () => {
    const exact = withLog(run, line('x'.repeat(500)));
    expect([exact.logs[0]?.message, exact.logsTruncated]).toEqual(['x'.repeat(500), false]);
    const long = withLog(run, line(`${'a'.repeat(250)}${'b'.repeat(251)}`));
    expect(long.logs[0]?.message).toBe(`${'a'.repeat(249)}…${'b'.repeat(249)}`);
    expect(long.logsTruncated).toBe(true);
  });

  it('stays truncated when short lines follow a long one', () => {
    expect(withLog(withLog(run, line('x'.repeat(501))), line('short')).logsTruncated).toBe(true);
  });
});

describe('the reasons of a run', () => {
  it('are kept as they are, up to 20 of 1,000 characters', () => {
    const reasons = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(1_000, '.'));
    expect(keptReasons(reasons)).toEqual(reasons);
    expect(keptReasons([])).toEqual([]);
  });

  it('beyond 20 are counted', () => {
    const reasons = Array.from({ length: 23 }, (_, index) => `reason ${index}`);
    expect(keptReasons(reasons)).toEqual([...reasons.slice(0, 20), 'And 3 more.']);
  });

  it('keep their beginning and end when one is longer', () => {
    const [kept = ''] = keptReasons([`begins ${'x'.repeat(2_000)} ends`]);
    expect(kept.length).toBeLessThanOrEqual(1_000);
    expect(kept).toMatch(/^begins x+…x+ ends$/);
  });
});

describe('a shortened text', () => {
  it('holds no half of a character', () => {
    for (const bound of [5, 6, 7, 8, 9]) expect(shortened('👋'.repeat(20), bound).isWellFormed()).toBe(true);
  });

  it('is the text itself when it fits', () => {
    expect(shortened('12345', 5)).toBe('12345');
    expect(shortened('', 5)).toBe('');
  });

  it('never exceeds its bound, and has as much of the beginning as of the end', () => {
    expect(shortened('123456', 5)).toBe('12…56');
    expect(shortened('1234567', 6)).toBe('12…67');
    for (let bound = 3; bound < 40; bound += 1)
      expect(shortened('x'.repeat(50), bound).length).toBeLessThanOrEqual(bound);
  });
});

describe('the item of a run', () => {
  it('stays under the 400 KB of DynamoDB with every bound reached in characters of three bytes', () => {
    let run = newStageRun('pipe_1', 'test', 1, 0);
    for (let lines = 0; lines < 200; lines += 1) {
      run = withLog(run, { timeMs: 1_736_937_000_000, level: 'error', message: '測'.repeat(5_000) });
    }
    const reasons = keptReasons(Array(500).fill('測'.repeat(5_000)));
    const full = { ...run, steps: { gate: { reasons } }, outcome: { verdict: 'rejected', reasons, result: {} } };
    expect(Buffer.byteLength(JSON.stringify(full))).toBeLessThan(300_000);
  });
});
