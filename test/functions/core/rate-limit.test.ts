import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiError } from '../../../functions/core/errors.ts';
import { countRequest, defaultRateLimits, type RateLimitCategory } from '../../../functions/core/rate-limit.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
/** The beginning of a window that has not begun when the home is opened: nothing that the home holds has expired then. */
let windowStartMs: number;
let windowEnd: string;
beforeAll(async () => {
  home = await openHome();
  windowStartMs = (Math.floor(home.clock.now() / 60_000) + 1) * 60_000;
  windowEnd = String(windowStartMs / 1000 + 60);
});
afterAll(() => home.close());

const minute = { limit: 3, windowSeconds: 60 };

function count(principal: string, nowMs: number, category: RateLimitCategory = 'read', limit = minute) {
  return countRequest(home.backend.table('requests'), { principal, category, limit, nowMs });
}

const countMany = (principal: string, times: number) =>
  Promise.all(Array.from({ length: times }, () => count(principal, windowStartMs)));

describe('the limits of the reference', () => {
  it.each([
    ['pipeline_execution', 10, 60],
    ['service_restart', 5, 60],
    ['knowledge_refresh', 2, 60],
    ['read', 100, 60],
    ['write', 60, 60],
    ['webhook_registration', 20, 3600],
  ] as const)('%s is %i in %i seconds', (category, limit, windowSeconds) => {
    expect(defaultRateLimits[category]).toEqual({ limit, windowSeconds });
  });
});

describe('within the limit', () => {
  it('the headers tell the limit, what remains, and the end of the window in epoch seconds', async () => {
    expect(await count('headers', windowStartMs)).toEqual({
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '2',
      'x-ratelimit-reset': windowEnd,
    });
    expect((await count('headers', windowStartMs + 1))['x-ratelimit-remaining']).toBe('1');
  });

  it('windows are aligned to the clock: the last moment of one counts in it, the next moment begins another', async () => {
    const last = await count('aligned', windowStartMs + 59_999);
    expect(last['x-ratelimit-reset']).toBe(windowEnd);
    const next = await count('aligned', windowStartMs + 60_000);
    expect(next).toMatchObject({ 'x-ratelimit-remaining': '2', 'x-ratelimit-reset': String(Number(windowEnd) + 60) });
  });

  it('requests at the same time are each counted once', async () => {
    const remaining = (await countMany('parallel', 3)).map((headers) => headers['x-ratelimit-remaining']);
    expect(remaining.sort()).toEqual(['0', '1', '2']);
  });
});

describe('beyond the limit', () => {
  it('a request is refused with 429 and told when to come again', async () => {
    await countMany('beyond', 3);
    const refusal: ApiError = await count('beyond', windowStartMs + 17_400).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(refusal.headers).toEqual({
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': windowEnd,
      'retry-after': '43',
    });
    expect(refusal.details).toEqual({ category: 'read', limit: 3, window_seconds: 60 });
  });

  it('Retry-After is at least a second, at the last moment of the window too', async () => {
    await countMany('last moment', 3);
    const refusal: ApiError = await count('last moment', windowStartMs + 59_999).catch((error) => error);
    expect(refusal.headers['retry-after']).toBe('1');
  });

  it('refused requests count: remaining stays 0 until the window ends, and then all is free again', async () => {
    await countMany('hammering', 3);
    const refused = await Promise.allSettled(Array.from({ length: 5 }, () => count('hammering', windowStartMs + 1)));
    expect(refused.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
    expect((await count('hammering', windowStartMs + 60_000))['x-ratelimit-remaining']).toBe('2');
  });
});

describe('separately counted', () => {
  it('principals', async () => {
    await countMany('one', 3);
    expect((await count('other', windowStartMs))['x-ratelimit-remaining']).toBe('2');
  });

  it('categories of one principal', async () => {
    await countMany('reader', 3);
    expect((await count('reader', windowStartMs, 'write'))['x-ratelimit-remaining']).toBe('2');
  });
});
