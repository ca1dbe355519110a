import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Json,
  MissingValue,
  referencesIn,
  render,
  renderPath,
  type Scope,
  templateProblems,
  UnusableValue,
} from '../../../functions/workflows/template.ts';

const scope: Scope = {
  event: { branch: 'main', sha: 'a1b2', commits: [{ id: 7, tags: ['x', 'y'] }], count: 0, is_new: false, none: null },
  steps: {
    scan: { status: 'completed', output: { 'risk-level': 3, findings: [] }, error: null },
    lint: { status: 'failed', output: null, error: { message: 'no such file' } },
  },
};

describe('a text that is one template', () => {
  it.each<[string, Json]>([
    ['{{event.branch}}', 'main'],
    ['{{ event.branch }}', 'main'],
    ['{{event.commits.0.id}}', 7],
    ['{{event.commits.0.tags.1}}', 'y'],
    ['{{event.commits}}', [{ id: 7, tags: ['x', 'y'] }]],
    ['{{event.count}}', 0],
    ['{{event.is_new}}', false],
    ['{{event.none}}', null],
    ['{{event}}', scope.event],
    ['{{steps.scan.status}}', 'completed'],
    ['{{steps.scan.output}}', { 'risk-level': 3, findings: [] }],
    ['{{steps.scan.output.risk-level}}', 3],
    ['{{steps.lint.error.message}}', 'no such file'],
    ['{{event.nothing | default("main")}}', 'main'],
    ['{{event.nothing|default(7)}}', 7],
    ['{{event.nothing | default([1, {"a": "b)}}"}])}}', [1, { a: 'b)}}' }]],
    ['{{event.nothing | default("say \\"hi\\"")}}', 'say "hi"'],
    ['{{event.none | default("main")}}', 'main'],
    ['{{event.count | default(9)}}', 0],
    ['{{steps.lint.output.x.y | default(null)}}', null],
  ])('%s becomes its value, of its type', (text, value) => {
    expect(render({ field: text }, scope)).toEqual({ field: value });
  });

  it('keeps the type of whatever JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(render(['{{event.value}}'], { event: { value } as Json, steps: {} })).toEqual([value]);
      }),
    );
  });
});

describe('longer text', () => {
  it.each([
    ['Review {{event.sha}} on {{event.branch}}', 'Review a1b2 on main'],
    ['{{event.sha}}{{event.branch}}', 'a1b2main'],
    ['{{event.count}}/{{event.is_new}}/{{event.none}}', '0/false/null'],
    ['tags: {{event.commits.0.tags}}', 'tags: ["x","y"]'],
    ['scan: {{steps.scan.output}}', 'scan: {"risk-level":3,"findings":[]}'],
    [' {{event.count}}', ' 0'],
    ['}} { { } {', '}} { { } {'],
  ])('%s', (text, rendered) => {
    expect(render(text, scope)).toBe(rendered);
  });
});

describe('an input', () => {
  it('is replaced wherever texts stand in it, never in names', () => {
    const input = { '{{event.sha}}': [{ deep: 'at {{event.sha}}' }, 1, true, null, '{{event.count}}'] };
    expect(render(input, scope)).toEqual({ '{{event.sha}}': [{ deep: 'at a1b2' }, 1, true, null, 0] });
  });

  it('without templates stays as it is, whatever is in it', () => {
    const text = fc.string().filter((each) => !each.includes('{{'));
    fc.assert(
      fc.property(
        fc.object({ maxDepth: 5, values: [text, fc.integer(), fc.boolean(), fc.constant(null)] }),
        (input) => {
          expect(render(input as Json, scope)).toEqual(input);
        },
      ),
    );
  });

  it('is never rendered twice: what looks like a template in a value stays text', () => {
    const looks = fc.oneof(
      fc.constantFrom('{{event.secret}}', '{{', '}}', '{{steps.a.output}}', '{{event.b | default("x")}}', '{{{{'),
      fc.string(),
    );
    fc.assert(
      fc.property(looks, looks, (a, b) => {
        const hostile = { event: { a, b, secret: 's3cret' }, steps: {} };
        expect(render('{{event.a}}', hostile)).toBe(a);
        expect(render('{{event.a}}{{event.b}}', hostile)).toBe(a + b);
        expect(render('<{{event.a}}>', hostile)).toBe(`<${a}>`);
      }),
    );
  });
});

describe('a path that leads to nothing', () => {
  it.each([
    ['{{event.nothing}}', 'event.nothing'],
    ['on {{event.nothing.at.all}}', 'event.nothing.at.all'],
    ['{{event.commits.1.id}}', 'event.commits.1.id'],
    ['{{event.branch.x}}', 'event.branch.x'],
    ['{{steps.other.output}}', 'steps.other.output'],
    ['{{steps.lint.output.x}}', 'steps.lint.output.x'],
  ])('%s fails with a message that names it', (text, path) => {
    const failure = expect.objectContaining({ path, message: `{{${path}}} has no value` });
    expect(() => render({ a: [text] }, scope)).toThrow(failure);
    expect(() => render({ a: [text] }, scope)).toThrow(MissingValue);
    expect(() => renderPath(`/x?q=${text}`, scope)).toThrow(failure);
  });
});

describe('a path of an action', () => {
  it.each([
    ['/repos/{{event.branch}}/commits', '/repos/main/commits'],
    ['/a/{{event.sha}}-{{event.count}}?q={{event.branch}}&n={{event.commits.0.id}}', '/a/a1b2-0?q=main&n=7'],
    ['/a?tags={{event.commits.0.tags}}', '/a?tags=%5B%22x%22%2C%22y%22%5D'],
    ['/a/{{event.nothing | default("b/c?d")}}/e', '/a/b%2Fc%3Fd/e'],
    ['/a//b/?x=/../', '/a//b/?x=/../'],
    ['/a?x={{event.nothing | default("")}}', '/a?x='],
    ['/', '/'],
  ])('%s', (path, rendered) => {
    expect(renderPath(path, scope)).toBe(rendered);
  });

  it('keeps its segments and its query whatever the values are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (value) => {
        fc.pre(!/^\.{1,2}$/.test(value));
        const path = renderPath('/a/{{event.value}}/b?q={{event.value}}&r=1', { event: { value }, steps: {} });
        const url = new URL(`http://service:80${path}`);
        expect(url.host).toBe('service');
        expect(url.hash).toBe('');
        const [, first, middle = '', last, ...more] = url.pathname.split('/');
        expect([first, decodeURIComponent(middle), last, more]).toEqual(['a', value.toWellFormed(), 'b', []]);
        expect([...url.searchParams]).toEqual([
          ['q', value.toWellFormed()],
          ['r', '1'],
        ]);
      }),
    );
  });
});

describe('what templates may put in', () => {
  const large = { event: { value: 'x'.repeat(1024 * 1024) }, steps: {} };

  it('is bounded, however often a large value is named', () => {
    expect(() =>
      render(
        Array.from({ length: 9 }, () => '{{event.value}}'),
        large,
      ),
    ).toThrow(UnusableValue);
    expect(() => render('{{event.value}}+'.repeat(9), large)).toThrow(UnusableValue);
    expect(() =>
      render(
        Array.from({ length: 5 }, () => '{{event.value}}'),
        large,
      ),
    ).not.toThrow();
  });

  it('is bounded in a path to what servers take', () => {
    expect(() => renderPath('/a/{{event.value}}', large)).toThrow(UnusableValue);
  });

  it('fails with the path where a value has more levels than can be written', () => {
    const value = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const deep = { event: { value }, steps: {} };
    expect(() => render('{{event.value}}', deep)).toThrow(UnusableValue);
    expect(() => render('-{{event.value}}', deep)).toThrow(UnusableValue);
  });
});

describe('the references of a value', () => {
  it('are all templates with where they stand, and the step where one is named', () => {
    const input = {
      a: ['{{event.x}} {{steps.scan.output}}'],
      b: { c: '{{steps.lint.error.message | default("")}}' },
      d: 1,
    };
    expect(referencesIn(input, 'body')).toEqual([
      { path: 'body.a.0' },
      { path: 'body.a.0', step: 'scan' },
      { path: 'body.b.c', step: 'lint' },
    ]);
    expect(referencesIn('{{steps.scan.status}}')).toEqual([{ path: '', step: 'scan' }]);
  });
});

describe('problems of templates', () => {
  it.each([
    '',
    'text',
    '{ {event.x}}',
    'a }} b',
    '{{event.x}}',
    '{{ event }}',
    '{{steps.a.output.0.b-c | default({})}}',
  ])('there are none in %j', (text) => {
    expect(templateProblems({ text }, 'input')).toEqual([]);
  });

  it('are all told, each with its path', () => {
    const value = { a: '{{', b: ['{{event.x}}', '{{x.y}}', { c: '{{steps.a}}', d: '{{event.x | default(y)}}' }] };
    expect(templateProblems(value, 'input')).toEqual([
      { path: 'input.a', message: expect.stringContaining('holds {{ without a template') },
      { path: 'input.b.1', message: '{{x.y}} must begin with event or steps' },
      { path: 'input.b.2.c', message: '{{steps.a}} must name a step and its status, output or error' },
      { path: 'input.b.2.d', message: 'the default of {{event.x}} is not JSON' },
    ]);
  });

  it('include more than 20 levels', () => {
    const nested = (levels: number): Json => (levels === 0 ? 'text' : [nested(levels - 1)]);
    expect(templateProblems(nested(20), 'input')).toEqual([]);
    expect(templateProblems(nested(21), 'input')).toEqual([
      { path: `input${'.0'.repeat(20)}`, message: 'must not have more than 20 levels' },
    ]);
  });
});
