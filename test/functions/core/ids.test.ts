import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstIdSince, idFrom, idPattern, newId, timeOfId } from '../../../functions/core/ids.ts';

const times = fc.integer({ min: 0, max: Date.parse('9999-12-31T23:59:59.999Z') });

describe('new ids', () => {
  it('are the prefix and a lower-case ULID', () => {
    expect(newId('pipe', 1_000)).toMatch(/^pipe_[0-9a-z]{26}$/);
    expect(newId('evt', 1_000)).toMatch(idPattern('evt'));
  });

  it('sort by the time they were made, and in order of making within one millisecond', () => {
    const nowMs = Date.parse('2025-01-15T10:30:00Z');
    const ids = [nowMs, nowMs, nowMs, nowMs + 1, nowMs + 1, nowMs + 86_400_000].map((time) => newId('pipe', time));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('do not go back in time when the clock does so a little', () => {
    const nowMs = Date.parse('2026-01-01T00:00:00Z');
    const first = newId('pipe', nowMs);
    expect(newId('pipe', nowMs - 60_000) > first).toBe(true);
  });

  it('are of the time that a clock is set back to which was far ahead', () => {
    const nowMs = Date.parse('2026-01-01T00:00:00Z');
    newId('pipe', nowMs + 3_600_000);
    const ids = [newId('pipe', nowMs), newId('pipe', nowMs), newId('pipe', nowMs - 60_000)];
    expect(ids.map(timeOfId)).toEqual([nowMs, nowMs, nowMs]);
    expect([...ids].sort()).toEqual(ids);
  });
});

describe('ids made from a seed', () => {
  it('are the same for the same prefix, time and seed, and tell that time', () => {
    fc.assert(
      fc.property(times, fc.string(), (timeMs, seed) => {
        const id = idFrom('evt', timeMs, seed);
        expect(idFrom('evt', timeMs, seed)).toBe(id);
        expect(timeOfId(id)).toBe(timeMs);
        expect(id).toMatch(idPattern('evt'));
      }),
    );
  });

  it('differ between seeds', () => {
    fc.assert(
      fc.property(times, fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 2 }), (timeMs, [a = '', b = '']) => {
        expect(idFrom('evt', timeMs, a)).not.toBe(idFrom('evt', timeMs, b));
      }),
    );
  });
});

describe('the bound for since', () => {
  it('is at or below every id of its time and later, and above every earlier one', () => {
    fc.assert(
      fc.property(times, times, fc.string(), (sinceMs, timeMs, seed) => {
        const id = idFrom('pipe', timeMs, seed);
        expect(id >= firstIdSince('pipe', sinceMs)).toBe(timeMs >= sinceMs);
      }),
    );
  });

  it('is the least of all for a time before 1970', () => {
    expect(firstIdSince('pipe', -1)).toBe('pipe_0000000000');
  });
});
