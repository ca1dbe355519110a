import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Item } from '../../../backend/backend.ts';
import type { ApiError } from '../../../functions/core/errors.ts';
import { nextCursor, pageQuery, readCursor } from '../../../functions/core/page.ts';

const item = (id: string): Item => ({ pk: 'p', sk: id, id });
const list = 'listPipelines';
const page = (more: boolean) => ({ items: [item('pipe_3'), item('pipe_2')], more });
const encoded = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

function refusalOf(cursor: string, filters: Record<string, unknown> = {}): ApiError {
  try {
    readCursor(cursor, { list, ...filters });
  } catch (error) {
    return error as ApiError;
  }
  throw new Error('the cursor was not refused');
}

describe('a cursor', () => {
  it('continues before the last item of its page', () => {
    const cursor = nextCursor(page(true), 'id', { list, status: 'running' });
    expect(readCursor(cursor ?? undefined, { list, status: 'running' })).toBe('pipe_2');
  });

  it('is null at the end, and none is no bound', () => {
    expect(nextCursor(page(false), 'id', { list })).toBeNull();
    expect(nextCursor({ items: [], more: false }, 'id', { list })).toBeNull();
    expect(readCursor(undefined, { list })).toBeUndefined();
  });

  it('does not mind the order of filters, nor filters that are left out', () => {
    const cursor = nextCursor(page(true), 'id', { list, a: '1', b: '2', c: undefined }) ?? '';
    expect(readCursor(cursor, { list, b: '2', a: '1' })).toBe('pipe_2');
  });

  it('is refused under other filters', () => {
    const cursor = nextCursor(page(true), 'id', { list, status: 'running' }) ?? '';
    for (const filters of [{}, { status: 'failed' }, { status: 'running', branch: 'main' }]) {
      expect(refusalOf(cursor, filters)).toMatchObject({
        status: 400,
        details: [{ path: 'query.cursor', message: 'is of another list, or of this one with other filters' }],
      });
    }
  });

  it('is refused in another list, and in the same one of another resource', () => {
    const cursor = nextCursor(page(true), 'id', { list: 'listWorkflowExecutions', id: 'wf_1' }) ?? '';
    for (const listed of [{}, { list: 'listWorkflowExecutions' }, { list: 'listWorkflowExecutions', id: 'wf_2' }]) {
      expect(refusalOf(cursor, listed)).toMatchObject({
        status: 400,
        details: [{ path: 'query.cursor', message: 'is of another list, or of this one with other filters' }],
      });
    }
  });

  it.each([
    ['empty', ''],
    ['half a surrogate pair', encoded(['x', '\ud800'])],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('hello').toString('base64url')],
    ['no pair', encoded(['x'])],
    ['three parts', encoded(['x', 'y', 'z'])],
    ['an empty key', encoded(['x', ''])],
    ['another type', encoded([1, 2])],
    ['an object', encoded({ 0: 'x', 1: 'y' })],
  ])('that is malformed is refused: %s', (_, cursor) => {
    expect(refusalOf(cursor)).toMatchObject({
      status: 400,
      details: [{ path: 'query.cursor', message: 'is not a cursor of this API' }],
    });
  });
});

describe('the limit of a list', () => {
  const query = z.strictObject(pageQuery);

  it('is 20 unless told, and may be 1 to 100', () => {
    expect(query.parse({}).limit).toBe(20);
    expect(query.parse({ limit: '1' }).limit).toBe(1);
    expect(query.parse({ limit: '100' }).limit).toBe(100);
  });

  it.each(['0', '101', '-1', '1.5', 'ten', '', '1e1', '0x10', ' 5', 'NaN', ['5', '6']])('may not be %j', (limit) => {
    expect(query.safeParse({ limit }).success).toBe(false);
  });
});

describe('since', () => {
  const query = z.strictObject(pageQuery);

  it.each([
    '2025-01-15T10:30:00Z',
    '2025-01-15T10:30:00.123Z',
    '2025-01-15T10:30:00+02:00',
    '2025-01-15T10:30:00.123456Z',
  ])('may be %s', (since) => {
    expect(query.safeParse({ since }).success).toBe(true);
  });

  it.each(['yesterday', '2025-01-15', '1736937000', '2025-02-30T00:00:00Z', '2025-01-15T25:00:00Z', ''])(
    'may not be %j',
    (since) => {
      expect(query.safeParse({ since }).success).toBe(false);
    },
  );
});
