import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadExposition } from '../../../platform/exposition/bad-exposition.ts';
import { parseExposition } from '../../../platform/exposition/parse-exposition.ts';

const seen = (text: string) => parseExposition(text).map(({ name, labels, value }) => [name, { ...labels }, value]);

describe('Prometheus text', () => {
  it('has counters, gauges and samples without a type', () => {
    const text = [
      '# HELP http_requests_total Calls, with a \\\\ and a "quote".',
      '# TYPE http_requests_total counter',
      'http_requests_total{method="post",code="200"} 1027 1395066363000',
      'http_requests_total{method="post",code="400",} 3',
      '# an ordinary comment',
      '',
      'untyped_without_labels 12.47',
      '',
    ].join('\n');
    expect(seen(text)).toEqual([
      ['http_requests_total', { method: 'post', code: '200' }, 1027],
      ['http_requests_total', { method: 'post', code: '400' }, 3],
      ['untyped_without_labels', {}, 12.47],
    ]);
  });

  it.each([
    ['NaN', Number.NaN],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['Inf', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
    ['1.458255915e9', 1_458_255_915],
    ['-.5', -0.5],
    ['3.', 3],
    ['1E-3', 0.001],
  ])('knows the value %s', (text, value) => {
    expect(seen(`a ${text}\n`)).toEqual([['a', {}, value]]);
  });

  it('resolves the escapes of label values, and takes braces, commas and blanks in them as they are', () => {
    const text = String.raw`a{path="C:\\DIR\\FILE.TXT",error="not \"found\":\n} , #{",odd="\q"} 1`;
    expect(seen(text)).toEqual([['a', { path: 'C:\\DIR\\FILE.TXT', error: 'not "found":\n} , #{', odd: '\\q' }, 1]]);
  });

  it('takes blanks and tabs where the format allows them, line ends of Windows, and a last line without an end', () => {
    expect(seen('a { b = "c" , d="e" }\t 1 \t 5\r\n  a  2')).toEqual([
      ['a', { b: 'c', d: 'e' }, 1],
      ['a', {}, 2],
    ]);
  });

  it('reads the names beyond ASCII that Prometheus 3 quotes', () => {
    expect(seen('{"http.requests","status.code"="200",kind="é"} 5')).toEqual([
      ['http.requests', { 'status.code': '200', kind: 'é' }, 5],
    ]);
  });

  it('takes a label without a value for absent, and every name of a label for a name', () => {
    const [sample] = parseExposition('a{empty="",__proto__="x",constructor="y"} 1');
    expect(Object.entries(sample?.labels ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(parseExposition('a 1')[0]?.labels['constructor']).toBeUndefined();
  });
});

describe('OpenMetrics', () => {
  it('has units, creation times, exemplars with and without a time, and an end', () => {
    const text = [
      '# TYPE foo_seconds histogram',
      '# UNIT foo_seconds seconds',
      'foo_seconds_bucket{le="0.1"} 8 # {} 0.054',
      'foo_seconds_bucket{le="+Inf"} 17 1520879607.789 # {trace_id="oHg5SJYRHA0"} 9.8 1520879607.789',
      'foo_seconds_count 17',
      'foo_seconds_sum 324789.3',
      'foo_seconds_created 1520430000.123',
      '# EOF',
      '',
    ].join('\n');
    expect(seen(text)).toEqual([
      ['foo_seconds_bucket', { le: '0.1' }, 8],
      ['foo_seconds_bucket', { le: '+Inf' }, 17],
      ['foo_seconds_count', {}, 17],
      ['foo_seconds_sum', {}, 324_789.3],
      ['foo_seconds_created', {}, 1_520_430_000.123],
    ]);
  });

  it('ends at # EOF', () => {
    expect(() => parseExposition('a 1\n# EOF\n\nb 2\n')).toThrow('line 4 of the metrics stands after # EOF');
  });
});

describe('nonsense is refused with the number of its line', () => {
  it.each([
    ['a 1\n<html><body>', 2, 'begins with no name of a metric'],
    ['{"status": "ok"}', 1, 'has labels that are not ended'],
    ['Not Found', 1, 'has no number as its value'],
    ['a', 1, 'has no number as its value'],
    ['a{x="1"} five', 1, 'has no number as its value'],
    ['a 0x10', 1, 'has no number as its value'],
    ['a constructor', 1, 'has no number as its value'],
    ['a{x="1"', 1, 'has labels that are not ended'],
    ['a{x="1} 5', 1, 'has a label whose value is not in quotes, or not ended'],
    ['a{x=1} 5', 1, 'has a label whose value is not in quotes, or not ended'],
    ['a{x} 5', 1, 'has a label without a value'],
    ['a{"x"} 5', 1, 'names its metric twice'],
    ['a{="1"} 5', 1, 'has a label without a name'],
    ['{x="1"} 5', 1, 'begins with no name of a metric'],
    ['a 1 soon', 1, 'has a timestamp that is no number'],
    ['a 1 2 3', 1, 'has more than a value and a timestamp'],
    ['a{b="1"} # {} 2', 1, 'has no number as its value'],
  ])('%j', (text, line, problem) => {
    expect(() => parseExposition(text)).toThrow(`line ${line} of the metrics ${problem}`);
  });

  it('whatever it is, in time, and no other error', () => {
    const piece = fc.constantFrom(
      'a',
      '{',
      '}',
      '"',
      '\\',
      '=',
      ',',
      ' ',
      '\n',
      '#',
      '1',
      'e',
      '.',
      '+Inf',
      '# EOF',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          try {
            parseExposition(text);
          } catch (error) {
            expect(error).toBeInstanceOf(BadExposition);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['one endless number', '1'.repeat(4_000_000)],
    ['one endless name', 'a'.repeat(4_000_000)],
    ['one endless label', `a{x="${'\\'.repeat(4_000_000)}`],
    ['braces alone', '{'.repeat(4_000_000)],
    ['line ends alone', '\n'.repeat(4_000_000)],
    ['blanks alone', ' '.repeat(4_000_000)],
    ['an endless number as a value', `a ${'1'.repeat(4_000_000)}x`],
  ])('%s takes no longer than its length', (_, text) => {
    const startedAt = performance.now();
    try {
      parseExposition(text);
    } catch (error) {
      expect(error).toBeInstanceOf(BadExposition);
    }
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

it('what is written in either format is read again', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => value !== '');
  const label = fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/);
  const sample = fc.record({
    name: fc.stringMatching(/^[a-z_:][a-z0-9_:]{0,5}$/),
    labels: fc.dictionary(label, text, { maxKeys: 4, noNullPrototype: true }),
    value: fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0)),
  });
  fc.assert(
    fc.property(fc.array(sample), fc.constantFrom('', ' # {a="b"} 1'), (samples, exemplar) => {
      const written = `${samples.map((each) => `${lineOf(each)}${exemplar}\n`).join('')}${exemplar ? '# EOF\n' : ''}`;
      expect(seen(written)).toEqual(samples.map(({ name, labels, value }) => [name, labels, value]));
    }),
  );
});

it('ten thousand series are read at once', () => {
  const lines = Array.from({ length: 10_000 }, (_, route) => `a_bucket{route="/r/${route}",le="0.5"} ${route}\n`);
  expect(parseExposition(lines.join(''))).toHaveLength(10_000);
});

function lineOf({ name, labels, value }: { name: string; labels: Record<string, string>; value: number }): string {
  const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const pairs = Object.entries(labels).map(([key, of]) => `${key}="${escaped(of)}"`);
  const number = String(value).replace(/^(-?)Infinity$/, '$1Inf');
  return `${name}{${pairs.join(',')}} ${number}`;
}
