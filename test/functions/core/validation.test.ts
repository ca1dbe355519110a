import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ApiError } from '../../../functions/core/errors.ts';
import { parsePart } from '../../../functions/core/validation.ts';

const schema = z.strictObject({
  task: z.string(),
  config: z.strictObject({ repo_url: z.string(), tries: z.int().min(1).default(3) }),
  stages: z.array(z.enum(['ingest', 'test'])).optional(),
});

const valid = { task: 'x', config: { repo_url: 'u' } };

function problemsOf(value: unknown): { path: string; message: string }[] {
  try {
    parsePart(schema, value, 'body');
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).code).toBe('VALIDATION_ERROR');
    return (error as ApiError).details as { path: string; message: string }[];
  }
  return [];
}

describe('a valid part', () => {
  it('is given back with its defaults', () => {
    expect(parsePart(schema, valid, 'body')).toEqual({ task: 'x', config: { repo_url: 'u', tries: 3 } });
  });
});

describe('a problem names its field by the path from the part', () => {
  it.each([
    ['a missing part', undefined, 'body', 'is required'],
    ['a missing field', { config: valid.config }, 'body.task', 'is required'],
    ['a missing nested field', { ...valid, config: {} }, 'body.config.repo_url', 'is required'],
    ['an unknown field', { ...valid, extra: 1 }, 'body.extra', 'is not a known field'],
    [
      'an unknown nested field',
      { ...valid, config: { ...valid.config, extra: 1 } },
      'body.config.extra',
      'is not a known field',
    ],
    ['a wrong type', { ...valid, task: 5 }, 'body.task', /expected string/],
    ['null for a string', { ...valid, task: null }, 'body.task', /expected string/],
    ['a list for an object', { ...valid, config: [] }, 'body.config', /expected object/],
    ['an array element', { ...valid, stages: ['ingest', 'nope'] }, 'body.stages.1', /"ingest"\|"test"/],
    ['a number out of bounds', { ...valid, config: { ...valid.config, tries: 0 } }, 'body.config.tries', />=1/],
    ['a fraction', { ...valid, config: { ...valid.config, tries: 1.5 } }, 'body.config.tries', /expected int/],
  ])('%s', (_, value, path, message) => {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(problemsOf(value)).toEqual([{ path, message: expected }]);
  });

  it('all problems are named at once', () => {
    const paths = problemsOf({ config: { extra: 1 }, more: 2, other: 3 }).map(({ path }) => path);
    expect(paths.sort()).toEqual(['body.config.extra', 'body.config.repo_url', 'body.more', 'body.other', 'body.task']);
  });

  it('a field called __proto__ is unknown, and pollutes nothing', () => {
    const value = JSON.parse('{"task":"x","config":{"repo_url":"u"},"__proto__":{"polluted":true}}');
    expect(problemsOf(value).map(({ path }) => path)).toEqual(['body.__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
