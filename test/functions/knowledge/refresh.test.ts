import { describe, expect, it } from 'vitest';
import {
  newRefresh,
  type Refresh,
  withCaches,
  withCollections,
  withEnd,
  withNothingLeft,
  withPlan,
} from '../../../functions/knowledge/refresh.ts';
import type { SourceRun } from '../../../functions/knowledge/source-run.ts';
import { plain, unknownRefresh } from './knowledge-home.ts';

const plan = { id: 'p', ingestCount: 2, checked: 9, unchanged: 7, leftOut: 0 };
const running = withPlan(newRefresh(unknownRefresh, plain, 1000), plan);
const sources = (...states: SourceRun['state'][]) => states.map((state) => ({ state }) as SourceRun);
const end = (refresh: Refresh, ...states: SourceRun['state'][]) =>
  withEnd(refresh, sources(...states), { breakage: undefined, nowMs: 5000 });

describe('a refresh', () => {
  it.each<[string, Refresh, SourceRun['state'][], Refresh['status']]>([
    ['whose sources are all ingested', running, ['ingested', 'ingested'], 'completed'],
    ['one of whose sources is gone', running, ['ingested', 'deleted'], 'completed'],
    [
      'that had nothing to ingest',
      withPlan(newRefresh(unknownRefresh, plain, 1), { ...plan, ingestCount: 0 }),
      [],
      'completed',
    ],
    ['one of whose sources failed', running, ['ingested', 'failed'], 'completed_with_errors'],
    ['whose sources are gone or failed', running, ['deleted', 'failed'], 'completed_with_errors'],
    ['whose sources all failed', running, ['failed', 'failed'], 'failed'],
    [
      'a collection of which could not be read',
      withCollections(running, [{ name: 'a', pointsCount: null, error: 'answered 404' }]),
      ['ingested', 'ingested'],
      'completed_with_errors',
    ],
    [
      'whose caches failed',
      withCaches(running, { error: 'answered 500' }),
      ['ingested', 'ingested'],
      'completed_with_errors',
    ],
  ])('%s is %s', (_, refresh, states, status) => {
    expect(end(refresh, ...states)).toMatchObject({ status, completedMs: 5000 });
  });

  it('counts what became of its sources, and of those that it looked at', () => {
    const { counts } = end(running, 'ingested', 'failed', 'deleted', 'unchanged');
    expect(counts).toEqual({ checked: 9, ingested: 1, unchanged: 7, deleted: 1, errors: 1 });
  });

  it('says why when all sources failed, and when it broke off', () => {
    expect(end(running, 'failed', 'failed').error).toMatchObject({ code: 'SOURCES_FAILED' });
    const breakage = { code: 'INTERNAL', message: 'It broke.' } as const;
    const broken = withEnd(running, sources('ingested', 'failed'), { breakage, nowMs: 5000 });
    expect(broken).toMatchObject({ status: 'failed', error: breakage, counts: { ingested: 1, errors: 1 } });
  });

  it('keeps its first plan and its first end, and is told nothing after that', () => {
    expect(withPlan(running, { ...plan, id: 'other' })).toBe(running);
    const ended = end(running, 'ingested', 'ingested');
    expect(end(ended, 'failed', 'failed')).toBe(ended);
    expect(withCollections(ended, [])).toBe(ended);
    expect(withCaches(ended, { warmed: 3 })).toBe(ended);
    expect(withPlan({ ...ended, plan: null }, plan).plan).toBeNull();
  });

  it('has something left to do until its end is published', () => {
    const ended = end(running, 'ingested', 'ingested');
    expect(ended.unfinished).toBe('refresh');
    const announced = withNothingLeft(ended);
    expect(announced).not.toHaveProperty('unfinished');
    expect(withNothingLeft(announced)).toBe(announced);
  });
});
