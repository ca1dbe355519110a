import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi, type TestApi } from '../open-api.ts';
import { expectRefusal } from '../refusals.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi({ settings: { RATE_LIMITS: 'read=30' } });
});
afterAll(() => api.close());

const path = '/api/v1/pipeline';

describe('every answer', () => {
  it.each([
    ['a success', 'GET', '/health'],
    ['a refusal', 'GET', `${path}/x`],
    ['an unknown path', 'GET', '/nothing'],
  ])('has a request id and the security headers: %s', async (_, method, at) => {
    const { headers } = await api.send(method, at);
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  });
});

describe('a request that no endpoint answers', () => {
  it('is 404 for an unknown path, and 401 without a token, so that nobody can look around', async () => {
    expectRefusal(await api.send('GET', '/api/v1/nothing'), 404, 'NOT_FOUND');
    expectRefusal(await api.send('GET', '/api/v1/nothing', { token: null }), 401, 'UNAUTHORIZED');
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('is 405 with the methods that are allowed for %s', async (method) => {
    const answer = await api.send(method, path);
    expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED');
    expect(answer.headers.get('allow')).toBe('GET');
  });

  it.each(['GET', 'PUT', 'DELETE'])('is 405 for %s on the path of execute, which is no id', async (method) => {
    const answer = await api.send(method, `${path}/execute`);
    expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED');
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it('is 404 where the path is badly encoded', async () => {
    expectRefusal(await api.send('GET', `${path}/%E0%A4%A`), 404, 'NOT_FOUND');
  });

  it('counts as a read', async () => {
    const before = Number((await api.send('GET', '/nothing')).headers.get('x-ratelimit-remaining'));
    expect(Number((await api.send('GET', path)).headers.get('x-ratelimit-remaining'))).toBe(before - 1);
  });
});

describe('a request that is refused', () => {
  it('for its content still tells the rate limit, and counts', async () => {
    const first = await api.send('GET', `${path}?limit=0`);
    const second = await api.send('GET', `${path}?limit=0`);
    const remaining = [first, second].map(({ headers }) => Number(headers.get('x-ratelimit-remaining')));
    expect(remaining[1]).toBe((remaining[0] as number) - 1);
  });
});
