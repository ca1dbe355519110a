import { describe, expect, it } from 'vitest';
import { readFunctionSettings } from '../../../functions/core/settings.ts';
import { nextPauseMs } from '../../../functions/webhooks/retry-schedule.ts';

const nowMs = Date.parse('2025-06-01T00:00:00.000Z');
const pause = (tries: number, retryAfter: string | null = null, random = 0) =>
  nextPauseMs(readFunctionSettings({}).webhookRetryDelays, { tries, retryAfter, nowMs }, random);

describe('the pause before the next try', () => {
  it('is 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; after the eighth try there is none', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8].map((tries) => pause(tries));
    const seconds = [5, 300, 1800, 7200, 18_000, 36_000, 36_000];
    expect(pauses).toEqual([...seconds.map((each) => each * 1000), undefined]);
  });

  it('is up to a tenth longer, so that what failed together does not come again together', () => {
    expect(pause(2, null, 0.5)).toBe(315_000);
    expect(pause(7, null, 1)).toBe(39_600_000);
  });

  it.each([
    ['60', 60_000],
    [' 60 ', 60_000],
    ['2', 5000],
    ['Sun, 01 Jun 2025 00:01:00 GMT', 60_000],
    ['Sat, 31 May 2025 00:00:00 GMT', 5000],
    ['999999999', 11 * 3_600_000],
    ['soon', 5000],
    ['-5', 5000],
    ['', 5000],
  ])('with Retry-After: %j is %d ms after the first try', (retryAfter, expected) => {
    expect(pause(1, retryAfter)).toBe(expected);
  });

  it('does not come to be by a Retry-After when no try is left', () => {
    expect(pause(8, '60')).toBeUndefined();
  });
});
