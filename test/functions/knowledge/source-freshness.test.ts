import { describe, expect, it } from 'vitest';
import { utcTime, withObservation } from '../../../functions/knowledge/source-freshness.ts';
import type { FreshnessSource } from '../../../platform/upstream-apis/freshness-monitor.ts';

const dayMs = 24 * 3_600_000;
const seen = (state: FreshnessSource['state']): FreshnessSource => ({
  id: 'src-1',
  state,
  source_url: 'http://x/a',
  collection: 'doc_embeddings',
  last_ingested_at: '2025-01-13T08:12:00Z',
});
const fresh = withObservation(undefined, seen('fresh'), 1000);
const stale = withObservation(fresh, seen('stale'), 2000);

describe('what is known of a source', () => {
  it('changes when it becomes stale, with what is to be published', () => {
    expect(stale).toMatchObject({
      isStale: true,
      changedMs: 2000,
      pending: {
        source_id: 'src-1',
        source_url: 'http://x/a',
        collection: 'doc_embeddings',
        last_ingested_at: '2025-01-13T08:12:00.000Z',
      },
    });
  });

  it('does not change while it stays as it is', () => {
    expect(withObservation(stale, seen('stale'), 3000)).toBe(stale);
    expect(withObservation(fresh, seen('fresh'), 3000)).toBe(fresh);
  });

  it('changes again after it was fresh in between', () => {
    const freshAgain = withObservation(stale, seen('fresh'), 3000);
    expect(freshAgain).toMatchObject({ isStale: false, changedMs: 3000, pending: null });
    expect(withObservation(freshAgain, seen('stale'), 4000)).toMatchObject({ isStale: true, changedMs: 4000 });
  });

  it.each(['checking', 'reingesting', 'error'] as const)('does not change by a source that is %s', (state) => {
    for (const before of [undefined, fresh, stale]) expect(withObservation(before, seen(state), 9000)).toBe(before);
  });

  it('of one that is stale when it is first seen is that it became so', () => {
    expect(withObservation(undefined, seen('stale'), 1000)).toMatchObject({ pending: { source_id: 'src-1' } });
  });

  it('is kept for longer before it would be forgotten, and not at every look', () => {
    expect(withObservation(fresh, seen('fresh'), 44 * dayMs)).toBe(fresh);
    const renewed = withObservation(fresh, seen('fresh'), 46 * dayMs);
    expect(renewed).toEqual({ ...fresh, keptUntilMs: 136 * dayMs });
  });
});

it.each([
  ['2025-01-15T10:00:00Z', '2025-01-15T10:00:00.000Z'],
  ['2025-01-15T11:00:00+01:00', '2025-01-15T10:00:00.000Z'],
  ['yesterday', null],
  ['', null],
  [null, null],
  [undefined, null],
])('the time %s is %s', (text, time) => {
  expect(utcTime(text)).toBe(time);
});
