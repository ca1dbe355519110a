import { afterEach, describe, expect, it } from 'vitest';
import {
  type Json,
  render,
  renderPath,
  TemplateFailure,
  templateProblems,
} from '../../../functions/workflows/template.ts';

const shared = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));

afterEach(() => {
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(shared);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

const repeated = (text: string) => text.repeat(Math.ceil(200_000 / text.length));

describe('a template that is none is refused before anything runs', () => {
  it.each([
    '{{event.__proto__}}',
    '{{event.__proto__.polluted}}',
    '{{event.constructor}}',
    '{{event.constructor.constructor}}',
    '{{event.a.prototype.b}}',
    '{{steps.__proto__.output}}',
    '{{steps.constructor.output}}',
    '{{steps.a.output.__proto__}}',
    '{{steps.a.constructor}}',
    '{{__proto__.a}}',
    '{{constructor.name}}',
    '{{this.process.env}}',
    '{{process.env.TOKEN}}',
    '{{globalThis}}',
    '{{secrets.token}}',
    '{{scope.event}}',
    '{{{{event.a}}}}',
    '{{{event.a}}}',
    '{{event.{{event.b}}}}',
    '{{{{',
    '{{{{}}}}',
    '{{}}',
    '{{ }}',
    '{{event.a',
    '{{event.a}',
    '{{event..a}}',
    '{{event.}}',
    '{{.event}}',
    "{{event['__proto__']}}",
    '{{event["a"]}}',
    '{{event.a()}}',
    '{{event.a.toString()}}',
    '{{event.a + 1}}',
    '{{event.a; event.b}}',
    '{{event.a | upper}}',
    '{{event.a | default(event.b)}}',
    '{{event.a | default(1) | default(2)}}',
    '{{event.a | default()}}',
    '{{event.a | default("x}}',
    `{{event.a | default('x')}}`,
    '{{event.a\n}}',
    '{{event\u200b.a}}',
    '{{\u202eevent.a}}',
    '{{event.__proto__\u0000}}',
    '{{event.\uff3f\uff3fproto\uff3f\uff3f}}',
    '{{event.con\u017ftructor}}',
    '{{ｅvent.a}}',
    '{{EVENT.a}}',
    '{{#each event.a}}x{{/each}}',
    '{{> partial}}',
    '{{!-- comment --}}',
    '{{event.a}} {{',
    '{{constructor.constructor("return process")()}}',
    `{{event.${'a.'.repeat(1000)}b}}`,
  ])('%j', (text) => {
    expect(templateProblems({ text }, 'input')).toMatchObject([{ path: 'input.text' }]);
    expect(() => render(text, { event: {}, steps: {} })).toThrow(SyntaxError);
  });

  it.each(['\\u{{event.a}}', `\${event.a}`, '<%= event.a %>', '{%raw%}', '#{event.a}', '$(event.a)', '{event.a}'])(
    'and the language of another is text: %j',
    (text) => {
      expect(render(text, { event: { a: 1 }, steps: {} })).toBe(text.replace('{{event.a}}', '1'));
    },
  );
});

describe('a path leads to own data alone', () => {
  class Inherited {
    own = 1;
    get computed(): string {
      return 'computed';
    }
  }
  const withGetter = Object.defineProperty({}, 'got', { get: () => 'got', enumerable: true });
  const event = {
    list: ['a', 'b'],
    text: 'abc',
    number: 5,
    inherited: new Inherited(),
    withGetter,
    parsed: JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": 1}'),
  } as unknown as Json;

  it.each([
    'event.toString',
    'event.hasOwnProperty',
    'event.valueOf',
    'event.__defineGetter__',
    'event.__lookupGetter__',
    'event.isPrototypeOf',
    'event.list.length',
    'event.list.map',
    'event.list.push',
    'event.list.at',
    'event.list.-1',
    'event.list.00',
    'event.list.1e0',
    'event.list.2',
    'event.list.99999999999999999999',
    'event.text.length',
    'event.text.0',
    'event.text.replace',
    'event.number.toFixed',
    'event.inherited.computed',
    'event.withGetter.got',
    'event.parsed.polluted',
    'steps.toString.output',
    'steps.valueOf.output',
    'steps.hasOwnProperty.status',
    'steps.size.output',
    'steps.get.output',
  ])('{{%s}} has no value', (path) => {
    for (const steps of [{}, new Map(), Object.create(null)])
      expect(() => render(`{{${path}}}`, { event, steps })).toThrow(`{{${path}}} has no value`);
    expect(render(`{{${path} | default("none")}}`, { event, steps: {} })).toBe('none');
  });

  it('own fields with the names of methods are data', () => {
    expect(render('{{event.toString}}', { event: { toString: 'mine' }, steps: {} })).toBe('mine');
    expect(render('{{event.list.length}}', { event: { list: { length: 3 } }, steps: {} })).toBe(3);
    expect(render('= {{event.a}}', { event: { a: { toJSON: 'x', toString: 'y' } }, steps: {} })).toBe(
      '= {"toJSON":"x","toString":"y"}',
    );
  });

  it('values and inputs with the field __proto__ change no prototype', () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": "{{event.a}}"}, "b": "{{event.parsed}}"}');
    const rendered = render(hostile, { event: { a: 'yes', parsed: hostile }, steps: {} }) as Record<string, unknown>;
    expect(Object.getPrototypeOf(rendered)).toBe(Object.prototype);
    expect(rendered['polluted']).toBeUndefined();
    expect(templateProblems(hostile, 'input')).toEqual([
      { path: 'input.__proto__', message: 'is not a name that a field may have' },
    ]);
  });
});

describe('a value in a path stays in its segment', () => {
  const path = '/api/{{event.value}}/items?ref={{event.value}}';

  it.each([
    '../admin',
    '../../etc/passwd',
    '%2e%2e',
    '%2e%2e%2fadmin',
    '%252e%252e%252f',
    '..\\admin',
    '..;/admin',
    '...',
    './.',
    '/admin',
    '//evil.example',
    'http://evil.example/',
    '@evil.example',
    'user:password@evil.example',
    ':8080',
    '?admin=1',
    '#fragment',
    'a&admin=1',
    'a=b;c',
    'a\r\nHost: evil.example',
    'a\r\n\r\nGET /admin HTTP/1.1',
    '\t',
    ' ',
    '\u0000',
    '\u2025',
    '\uff0e\uff0e\uff0f',
    '\u2215admin',
    '\ud800',
    '\udfff\ud800',
    '\u202e',
    '{{event.secret}}',
    '%',
    '%zz',
    '+',
    '\'"<script>',
    '|;`$(reboot)',
  ])('%j', (value) => {
    const url = new URL(`http://service${renderPath(path, { event: { value, secret: 's3cret' }, steps: {} })}`);
    expect(url.host).toBe('service');
    expect(url.username + url.password + url.hash).toBe('');
    expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'api', value.toWellFormed(), 'items']);
    expect([...url.searchParams]).toEqual([['ref', value.toWellFormed()]]);
    expect(url.href).not.toContain('s3cret');
  });

  it.each([
    ['/api/{{event.dots}}/items', 'event.dots'],
    ['/api/{{event.dot}}', 'event.dot'],
    ['/api/{{event.dot}}{{event.dot}}/items', 'event.dot'],
    ['/api/.{{event.dot}}/items', 'event.dot'],
    ['/api/%2E{{event.dot}}/items', 'event.dot'],
    ['/api/{{event.dot}}%2e', 'event.dot'],
    ['/api/%2e%2e{{event.empty}}', 'event.empty'],
    ['/{{event.empty}}/evil.example/', 'event.empty'],
    ['/api/{{event.empty}}', 'event.empty'],
    ['/{{event.none | default(".")}}/x?y', 'event.none'],
  ])('%s is refused, for it would lead elsewhere', (hostile, at) => {
    const scope = { event: { dot: '.', dots: '..', empty: '' }, steps: {} };
    const failure = expect.objectContaining({
      path: at,
      message: expect.stringContaining('must not be empty, . or ..'),
    });
    expect(() => renderPath(hostile, scope)).toThrow(failure);
    expect(() => renderPath(hostile, scope)).toThrow(TemplateFailure);
  });
});

describe('the work grows with the length alone', () => {
  it.each([
    '{{',
    '{{event.a',
    '{{event.a}}',
    '{{event.a | default("',
    '{{event.a | default("\\"',
    '{{event.a | default("\\"" ',
    '{{event.a | default(1',
    'a.',
    '{{ ',
    '}}{{',
    '{{event.a|default(""',
  ])('of a long text of %j', (part) => {
    const startMs = performance.now();
    for (const text of [repeated(part), `{{event.${repeated(part)}`, `{{event.a | default("${repeated(part)}`])
      templateProblems([text], 'input');
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it('of a value with 100,000 levels', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}"{{"${'}'.repeat(100_000)}`);
    expect(templateProblems(deep, 'input')).toMatchObject([{ message: 'must not have more than 20 levels' }]);
    expect(() => render(deep, { event: {}, steps: {} })).toThrow(RangeError);
  });
});
