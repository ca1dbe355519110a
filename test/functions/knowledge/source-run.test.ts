import { describe, expect, it } from 'vitest';
import { readFunctionSettings } from '../../../functions/core/settings.ts';
import {
  isOver,
  pauseSeconds,
  type SourceRun,
  sourcesMax,
  timeOut,
  withBegun,
  withEnd,
} from '../../../functions/knowledge/source-run.ts';

const pending: SourceRun = {
  id: 'src-1',
  sourceUrl: null,
  collection: null,
  state: 'pending',
  reason: 'stale',
  documents: null,
  chunks: null,
  error: null,
  startedMs: null,
  completedMs: null,
  isAccepted: false,
  questions: 0,
  writes: 0,
};

/** Every pause until the deadline, of a source that never ends. */
function pausesUntil(deadlineSeconds: number): number[] {
  const pauses: number[] = [];
  for (let nowMs = 0; nowMs < deadlineSeconds * 1000; nowMs += (pauses.at(-1) ?? 0) * 1000) {
    pauses.push(pauseSeconds({ questions: pauses.length + 1, startedMs: 0 }, { deadlineSeconds, nowMs }));
  }
  return pauses;
}

describe('a source', () => {
  it('begins once, so that its time runs from the first call on', () => {
    const begun = withBegun(pending, 5);
    expect(begun).toMatchObject({ state: 'ingesting', startedMs: 5 });
    expect(withBegun(begun, 9)).toBe(begun);
  });

  it('keeps the first end that it came to', () => {
    const ended = withEnd(withBegun(pending, 5), { state: 'ingested', documents: 4, chunks: 20 }, 9);
    expect(ended).toMatchObject({ state: 'ingested', documents: 4, chunks: 20, error: null, completedMs: 9 });
    expect(withEnd(ended, { state: 'failed', error: 'late' }, 10)).toBe(ended);
  });

  it.each(['ingested', 'unchanged', 'deleted', 'left_out', 'failed'] as const)('that is %s is over', (state) => {
    expect(isOver({ state })).toBe(true);
  });

  it.each(['pending', 'ingesting'] as const)('that is %s is not over', (state) => {
    expect(isOver({ state })).toBe(false);
  });

  it('has time until its deadline, to the millisecond, and then tells what kept it', () => {
    const limits = { deadlineSeconds: 10, nowMs: 10_999 };
    expect(timeOut({ startedMs: 1000 }, limits)).toBeUndefined();
    expect(timeOut({ startedMs: null }, limits)).toBeUndefined();
    expect(timeOut({ startedMs: 1000 }, { ...limits, nowMs: 11_000 })).toEqual({
      state: 'failed',
      error: 'It was not ingested within 10 seconds.',
    });
    expect(timeOut({ startedMs: 1000 }, { ...limits, nowMs: 11_000, reason: 'answered 503' })).toMatchObject({
      error: 'It was not ingested within 10 seconds: answered 503',
    });
  });
});

describe('pauses between questions', () => {
  it('grow by half from one second on, up to a tenth of the deadline, and end at it', () => {
    const pauses = pausesUntil(3600);
    expect(pauses.slice(0, 8)).toEqual([1, 2, 3, 4, 6, 8, 12, 18]);
    expect(Math.max(...pauses)).toBe(360);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBe(3600);
  });

  it('last as long as the ingestor asks for, and no longer than the time that is left', () => {
    const at = { deadlineSeconds: 100, nowMs: 0 };
    expect(pauseSeconds({ questions: 1, startedMs: 0 }, { ...at, retryAfterMs: 30_500 })).toBe(31);
    expect(pauseSeconds({ questions: 1, startedMs: 0 }, { ...at, retryAfterMs: 300_000 })).toBe(100);
  });

  it('are a second at least, also after the deadline', () => {
    expect(pauseSeconds({ questions: 9, startedMs: 0 }, { deadlineSeconds: 5, nowMs: 60_000 })).toBe(1);
  });

  it('keep the largest refresh within the 25,000 events of an execution, with the longest deadline that can be set', () => {
    const deadlineSeconds = 6 * 3600;
    const settings = { KNOWLEDGE_SOURCE_DEADLINE_SECONDS: String(deadlineSeconds + 1) };
    expect(() => readFunctionSettings(settings)).toThrow('KNOWLEDGE_SOURCE_DEADLINE_SECONDS');
    const questions = pausesUntil(deadlineSeconds).length + 1;
    expect(questions).toBeLessThanOrEqual(28);
    /** Nine events a question with its pause; of a source, two of its iteration and two of the state that leaves it. */
    const events = sourcesMax * (questions * 9 + 4);
    /** The rest is room for calls that are made again, at three events each: more than a thousand. */
    expect(events).toBeLessThan(25_000 - 3000 - 100);
  });
});
