import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiError } from '../../../functions/core/errors.ts';
import type { HttpRequest, HttpResponse } from '../../../functions/core/http.ts';
import { type Attempt, beginAttempt, endAttempt } from '../../../functions/core/idempotency.ts';
import { idFrom } from '../../../functions/core/ids.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());

const answer: HttpResponse = { status: 202, headers: { location: '/x' }, body: '{"id":1}' };
let keys = 0;

/** A caller with an Idempotency-Key of its own, by the home's clock. */
function caller(
  changes: { body?: string; key?: string; principal?: string; operationId?: string; path?: string } = {},
) {
  const { key = `key-${keys++}`, principal = 'someone', operationId = 'executePipeline' } = changes;
  const table = home.backend.table('requests');
  const request = (body: string): HttpRequest => ({
    method: 'POST',
    path: changes.path ?? '/start',
    parameters: {},
    query: {},
    headers: { 'idempotency-key': key },
    body: new TextEncoder().encode(body),
  });
  return {
    key,
    begin: (body = changes.body ?? '{}') =>
      beginAttempt(table, { request: request(body), principal, operationId, nowMs: home.clock.now() }),
    end: (attempt: Attempt, response = answer) => endAttempt(table, attempt, response),
  };
}

async function begun(attempt: Promise<Attempt | { replay: HttpResponse }>): Promise<Attempt> {
  const result = await attempt;
  if ('replay' in result) throw new Error('the answer was replayed');
  return result;
}

const refusalOf = (attempt: Promise<unknown>): Promise<ApiError> =>
  attempt.then(
    () => Promise.reject(new Error('it was not refused')),
    (error) => error,
  );

describe('the same request again', () => {
  it('gives the first answer, marked as replayed', async () => {
    const { begin, end } = caller();
    await end(await begun(begin()));
    const replay = { ...answer, headers: { location: '/x', 'idempotency-replayed': 'true' } };
    expect(await begin()).toEqual({ replay });
    expect(await begin()).toEqual({ replay });
  });

  it('while the first is running is refused with 409, and told to come again', async () => {
    const { begin } = caller();
    await begin();
    const refusal = await refusalOf(begin());
    expect(refusal).toMatchObject({ code: 'CONFLICT', status: 409, headers: { 'retry-after': '1' } });
  });

  it('at the same time: one runs and every other is refused', async () => {
    const { begin } = caller();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => begin()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('another request under the same key', () => {
  it('is refused with 422, while the first is running and after it', async () => {
    const { begin, end } = caller();
    const attempt = await begun(begin('{"a":1}'));
    expect((await refusalOf(begin('{"a":2}'))).code).toBe('IDEMPOTENCY_MISMATCH');
    await end(attempt);
    expect((await refusalOf(begin('{"a":2}'))).status).toBe(422);
  });

  it('is another one by its path too', async () => {
    const { key, begin } = caller();
    await begin();
    expect((await refusalOf(caller({ key, path: '/other' }).begin())).code).toBe('IDEMPOTENCY_MISMATCH');
  });

  it.each([
    ['principal', { principal: 'someone else' }],
    ['operation', { operationId: 'restartService' }],
  ])('of another %s has nothing to do with it', async (_, other) => {
    const { key, begin } = caller();
    await begin();
    expect(await caller({ key, ...other }).begin('{"b":1}')).toHaveProperty('seed');
  });
});

describe('an attempt that did not succeed', () => {
  it.each([400, 404, 409, 422, 429])('and answered %i is forgotten: the same key starts anew', async (status) => {
    const { begin, end } = caller();
    const first = await begun(begin('{"a":1}'));
    await end(first, { ...answer, status });
    home.clock.advance(1);
    const second = await begun(begin('{"a":2}'));
    expect(second.seed).not.toBe(first.seed);
  });

  it.each([500, 503, 504])(
    'and answered %i goes on at once with the same ids, and for no other request',
    async (status) => {
      const { begin, end } = caller();
      const first = await begun(begin('{"a":1}'));
      await end(first, { ...answer, status });
      home.clock.advance(1_000);
      expect((await refusalOf(begin('{"a":2}'))).code).toBe('IDEMPOTENCY_MISMATCH');
      const second = await begun(begin('{"a":1}'));
      expect([second.seed, second.startedMs]).toEqual([first.seed, first.startedMs]);
      expect((await refusalOf(begin('{"a":1}'))).code).toBe('CONFLICT');
      await end(second);
      expect(await begin('{"a":1}')).toHaveProperty('replay');
    },
  );

  it('and answered 500 goes on once, however many ask at the same time', async () => {
    const { begin, end } = caller();
    await end(await begun(begin()), { ...answer, status: 500 });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => begin()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('and answered 500 and then 400 is forgotten', async () => {
    const { begin, end } = caller();
    await end(await begun(begin('{"a":1}')), { ...answer, status: 500 });
    await end(await begun(begin('{"a":1}')), { ...answer, status: 400 });
    expect(await begin('{"a":2}')).toHaveProperty('seed');
  });

  it('and never ended is taken over after half a minute, with the same seed and time and so the same ids', async () => {
    const { begin } = caller();
    const first = await begun(begin());
    home.clock.advance(31_000);
    expect((await refusalOf(begin())).code).toBe('CONFLICT');
    home.clock.advance(2_000);
    const second = await begun(begin());
    expect(idFrom('pipe', second.startedMs, second.seed)).toBe(idFrom('pipe', first.startedMs, first.seed));
  });

  it('is taken over by one of many, who has half a minute of its own', async () => {
    const { begin } = caller();
    await begin();
    home.clock.advance(33_000);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => begin()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    home.clock.advance(30_000);
    expect((await refusalOf(begin())).code).toBe('CONFLICT');
  });

  it('and ends late does not undo what the one that took it over answered', async () => {
    const { begin, end } = caller();
    const late = await begun(begin());
    home.clock.advance(33_000);
    await end(await begun(begin()));
    await end(late, { ...answer, status: 500 });
    expect(await begin()).toHaveProperty('replay');
  });

  it('and succeeds late, after the one that took it over failed, is no error', async () => {
    const { begin, end } = caller();
    const late = await begun(begin());
    home.clock.advance(33_000);
    await end(await begun(begin()), { ...answer, status: 500 });
    await expect(end(late)).resolves.toBeUndefined();
  });
});

describe('for how long', () => {
  it('the answer is given for 24 hours, then the key is as new', async () => {
    const { begin, end } = caller();
    const first = await begun(begin());
    await end(first);
    home.clock.advance(24 * 3_600_000 - 1_000);
    expect(await begin()).toHaveProperty('replay');
    home.clock.advance(1_000);
    const next = await begun(begin('{"other":true}'));
    expect(next.seed).not.toBe(first.seed);
  });
});

describe('a key', () => {
  it.each(['x', 'x'.repeat(255), '~!@#$%^&*()'])('may be 1 to 255 printable characters: %s', async (key) => {
    expect(await caller({ key }).begin()).toHaveProperty('seed');
  });

  it.each(['', ' ', 'a b', 'ü', 'x'.repeat(256), 'a\tb'])('may not be %j', async (key) => {
    const refusal = await refusalOf(caller({ key }).begin());
    expect(refusal.details).toEqual([
      { path: 'headers.Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters without spaces' },
    ]);
  });
});
