import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../../functions/core/errors.ts';
import { withoutLoneSurrogates } from '../../../functions/core/interoperable-json.ts';
import { readJsonBody } from '../../../functions/core/request-body.ts';

function read(text: string): unknown {
  const body = new TextEncoder().encode(text);
  const headers = { 'content-type': 'application/json' };
  return readJsonBody({ method: 'POST', path: '/', parameters: {}, query: {}, headers, body });
}

function problemsOf(text: string): unknown {
  try {
    read(text);
  } catch (error) {
    expect((error as ApiError).code).toBe('VALIDATION_ERROR');
    return (error as ApiError).details;
  }
  throw new Error('it was not refused');
}

describe('a body that could not be stored and answered as it was sent', () => {
  it.each([
    ['half of a surrogate pair', String.raw`{"a":{"b":["x","\ud800"]}}`, 'body.a.b.1'],
    ['the other half', String.raw`{"a":"\uDFFF"}`, 'body.a'],
    ['both in the wrong order', String.raw`{"a":"\ude00\ud83d"}`, 'body.a'],
    ['one after a whole pair', String.raw`{"a":"\ud83d\ude00\ud83d"}`, 'body.a'],
    ['a text alone', String.raw`"\ud800"`, 'body'],
  ])('is refused with the path of the text: %s', (_, text, path) => {
    expect(problemsOf(text)).toEqual([{ path, message: 'must be well-formed Unicode text' }]);
  });

  it('is refused for a name, which the answer shows readable', () => {
    const message = 'must have a name that is well-formed Unicode text';
    expect(problemsOf(String.raw`{"a":{"b\udc00":1}}`)).toEqual([{ path: 'body.a.b\ufffd', message }]);
  });

  it.each(['1e400', '-1E+400', '12e308', '1.5e309', '9'.repeat(309)])('is refused for a number: %s', (number) => {
    const message = 'must be a number from -1.8e308 to 1.8e308';
    expect(problemsOf(`{"steps":[{"input":{"n":${number}}}]}`)).toEqual([{ path: 'body.steps.0.input.n', message }]);
  });

  it.each(['__proto__', String.raw`\u005f_proto_\u005F`, String.raw`__\u0070roto__`])(
    'is refused for the name %s, wherever it stands',
    (name) => {
      const message = 'is not a name that a field may have';
      expect(problemsOf(`{"${name}":1,"a":{"${name}":{"b":"1"}}}`)).toEqual([
        { path: 'body.__proto__', message },
        { path: 'body.a.__proto__', message },
      ]);
    },
  );

  it('is told of with ten problems at most', () => {
    expect(problemsOf(`[${Array(500).fill(String.raw`"\ud800"`)}]`)).toHaveLength(10);
  });

  it('is refused however deep it is', () => {
    const problems = problemsOf(`${'['.repeat(100_000)}${String.raw`"\ud800"`}${']'.repeat(100_000)}`);
    expect(problems).toMatchObject([{ message: 'must be well-formed Unicode text' }]);
  });
});

describe('a body that looks like it', () => {
  it.each([
    String.raw`{"a":"\ud83d\ude00"}`,
    String.raw`{"a":"C:\\ud800"}`,
    String.raw`{"a\ud83d\ude00":"\u005f"}`,
    '{"a":"__proto__"}',
    '{"a":1e308,"b":-1e308,"c":1e-400,"d":"1e400"}',
  ])('is taken: %s', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });
});

describe('text with half pairs replaced', () => {
  it.each([
    [String.raw`"\ud800"`, '\ufffd'],
    [String.raw`"a\uDC00b\ud83d\ude00"`, 'a\ufffdb😀'],
    [String.raw`"\ud83d\ud83d\ude00\ude00"`, '\ufffd😀\ufffd'],
    [String.raw`"\ud83d\n\ude00"`, '\ufffd\n\ufffd'],
    [String.raw`"\\ud800 \\\ud800 \u0041"`, '\\ud800 \\\ufffd A'],
  ])('%s', (text, meant) => {
    expect(JSON.parse(withoutLoneSurrogates(text))).toBe(meant);
  });
});
