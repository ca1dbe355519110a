import { describe, expect, it } from 'vitest';
import type { Method } from '../../../functions/core/contract.ts';
import { ApiError } from '../../../functions/core/errors.ts';
import { createRouter } from '../../../functions/core/router.ts';

const route = (method: Method, path: string) => ({ contract: { method, path } });

const router = createRouter([
  route('GET', '/things'),
  route('POST', '/things'),
  route('GET', '/things/{id}'),
  route('GET', '/things/special'),
  route('DELETE', '/things/{id}'),
  route('POST', '/things/{id}/parts/{part_id}/start'),
]);

function refusalOf(method: string, path: string): ApiError {
  try {
    router.match(method, path);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error(`${method} ${path} was matched`);
}

describe('a match', () => {
  it('is by method and path', () => {
    expect(router.match('GET', '/things').endpoint.contract).toEqual({ method: 'GET', path: '/things' });
    expect(router.match('POST', '/things').endpoint.contract).toEqual({ method: 'POST', path: '/things' });
  });

  it('gives every parameter by its name', () => {
    const { parameters } = router.match('POST', '/things/t1/parts/p2/start');
    expect({ ...parameters }).toEqual({ id: 't1', part_id: 'p2' });
  });

  it('prefers a static segment to a parameter', () => {
    const { endpoint, parameters } = router.match('GET', '/things/special');
    expect(endpoint.contract.path).toBe('/things/special');
    expect({ ...parameters }).toEqual({});
  });

  it.each([
    ['a%20b', 'a b'],
    ['a%2Fb', 'a/b'],
    ['gr%C3%BC%C3%9Fe', 'grüße'],
    ['%F0%9F%91%8B', '👋'],
  ])('decodes the parameter %s, and an encoded slash ends no segment', (raw, decoded) => {
    expect(router.match('GET', `/things/${raw}`).parameters['id']).toBe(decoded);
  });
});

describe('no match', () => {
  it.each(['/', '/nothing', '/things/', '/things/t1/', '/things/t1/parts', '/Things', '//things', '*', ''])(
    '%j is NOT_FOUND',
    (path) => {
      expect(refusalOf('GET', path).code).toBe('NOT_FOUND');
    },
  );

  it.each(['/things/%', '/things/%zz', '/things/%E0%A4%A'])('malformed encoding is NOT_FOUND: %s', (path) => {
    expect(refusalOf('GET', path).code).toBe('NOT_FOUND');
  });

  it('on another method is METHOD_NOT_ALLOWED with the methods that are', () => {
    expect(refusalOf('PUT', '/things')).toMatchObject({
      code: 'METHOD_NOT_ALLOWED',
      status: 405,
      headers: { allow: 'GET, POST' },
    });
    expect(refusalOf('DELETE', '/things/special').headers).toEqual({ allow: 'GET' });
    expect(refusalOf('PATCH', '/things/t1').headers).toEqual({ allow: 'DELETE, GET' });
    expect(refusalOf('GET', '/things/t1/parts/p2/start').headers).toEqual({ allow: 'POST' });
  });

  it('holds for methods that HTTP does not know', () => {
    expect(refusalOf('BREW', '/things').code).toBe('METHOD_NOT_ALLOWED');
    expect(refusalOf('constructor', '/nothing').code).toBe('NOT_FOUND');
  });
});
