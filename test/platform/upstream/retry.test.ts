import { describe, expect, test } from 'vitest';
import { UpstreamFailing } from '../../../platform/upstream/errors.ts';
import { parseRetryAfter, waitBeforeNextTry } from '../../../platform/upstream/retry.ts';

function failing(facts: { isRetryable?: boolean; retryAfterMs?: number }) {
  return new UpstreamFailing('failed', { service: 'a', isRetryable: true, mayHaveBeenSent: true, ...facts });
}

describe('Retry-After', () => {
  const now = Date.parse('2025-01-15T10:30:00Z');
  test.each([
    ['seconds', '120', 120_000],
    ['no time at all', '0', 0],
    ['an HTTP date to come', 'Wed, 15 Jan 2025 10:30:05 GMT', 5_000],
    ['an HTTP date gone by', 'Wed, 15 Jan 2025 10:29:00 GMT', 0],
    ['a negative number', '-1', undefined],
    ['a fraction', '1.5', undefined],
    ['words', 'soon', undefined],
    ['nothing', '', undefined],
  ])('can be %s', (_name, header, ms) => {
    expect(parseRetryAfter(header, now)).toBe(ms);
  });

  test('can be absent', () => {
    expect(parseRetryAfter(null, now)).toBeUndefined();
  });
});

describe('the wait before the next try', () => {
  test('spreads from nothing to a bound that doubles', () => {
    const bounds = [1, 2].map((tryNumber) => waitBeforeNextTry(failing({}), tryNumber, () => 1));
    expect(bounds).toEqual([400, 800]);
    expect(waitBeforeNextTry(failing({}), 1, () => 0)).toBe(0);
  });

  test('is never shorter than the service asked for', () => {
    expect(waitBeforeNextTry(failing({ retryAfterMs: 2_000 }), 1, () => 0)).toBe(2_000);
  });

  test('does not happen for more than a function should wait', () => {
    expect(waitBeforeNextTry(failing({ retryAfterMs: 5_001 }), 1, () => 0)).toBeUndefined();
  });

  test('does not happen after the third try', () => {
    expect(waitBeforeNextTry(failing({}), 3, () => 0)).toBeUndefined();
  });

  test('does not happen for an error that is not worth it', () => {
    expect(waitBeforeNextTry(failing({ isRetryable: false }), 1, () => 0)).toBeUndefined();
  });
});
