import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { workflowBody } from '../../../functions/workflows/definition.ts';
import { checkDefinition } from '../../../functions/workflows/definition-problems.ts';
import { catalogue } from './known-services.ts';

const step = { name: 'scan', service: 'api', action: 'POST /scan' };

/** The paths and messages of what is wrong, without `body.`; empty when nothing is. */
function problemsOf(fields: object): string[] {
  const checked = checkDefinition({ name: 'check', steps: [step], ...fields }, catalogue);
  return 'problems' in checked ? checked.problems.map(({ path, message }) => `${path.slice(5)}: ${message}`) : [];
}

const problemsOfStep = (fields: object) => problemsOf({ steps: [{ ...step, ...fields }] });

/** Of a workflow with this one step. */
function definedStep(fields: object) {
  const checked = checkDefinition({ name: 'check', steps: [{ ...step, ...fields }] }, catalogue);
  return 'definition' in checked ? checked.definition.steps[0] : checked;
}

describe('a definition', () => {
  it('has defaults for all but name and steps', () => {
    expect(checkDefinition({ name: 'check', steps: [step] }, catalogue)).toEqual({
      definition: {
        name: 'check',
        description: null,
        trigger: { type: 'manual' },
        steps: [
          {
            ...step,
            input: null,
            depends_on: [],
            timeout_seconds: 30,
            retry: { max_attempts: 1, backoff_seconds: 1 },
            continue_on_error: false,
            wait_for_healthy_seconds: 0,
          },
        ],
      },
    });
  });

  it.each([
    ['GET', 3],
    ['PUT', 3],
    ['DELETE', 3],
    ['POST', 1],
    ['PATCH', 1],
  ])('tries %s %i times unless it says otherwise', (method, max_attempts) => {
    const action = `${method} /scan`;
    expect(definedStep({ action })).toMatchObject({ retry: { max_attempts, backoff_seconds: 1 } });
    expect(definedStep({ action, retry: { backoff_seconds: 5 } })).toMatchObject({ retry: { max_attempts } });
    expect(definedStep({ action, retry: { max_attempts: 7 } })).toMatchObject({ retry: { max_attempts: 7 } });
  });

  it('stays as it is when it is sent again', () => {
    const body = { name: 'check', steps: [{ ...step, when: { value: '{{event.x}}', equals: 1 }, input: { a: [1] } }] };
    const first = checkDefinition(body, catalogue);
    expect(checkDefinition('definition' in first && first.definition, catalogue)).toEqual(first);
  });

  it.each(['input', 'output'] as const)('has a JSON schema of its %s', (io) => {
    expect(z.toJSONSchema(workflowBody, { io })).toMatchObject({
      type: 'object',
      properties: { steps: { maxItems: 200 } },
    });
  });

  it.each<[object, string]>([
    [{ name: '' }, 'name: '],
    [{ name: 'x'.repeat(101) }, 'name: '],
    [{ name: undefined }, 'name: is required'],
    [{ name: 'a\0b' }, 'name: must not hold control characters'],
    [{ name: 'two\nlines' }, 'name: must not hold control characters'],
    [{ name: '\x9b31m' }, 'name: must not hold control characters'],
    [{ description: 'x'.repeat(1001) }, 'description: '],
    [{ steps: [] }, 'steps: must have at least one step'],
    [
      { steps: Array.from({ length: 201 }, (_, i) => ({ ...step, name: `s${i}` })) },
      'steps: must not have more than 200',
    ],
    [{ owner: 'me' }, 'owner: is not a known field'],
  ])('%#: is refused', (fields, problem) => {
    expect(problemsOf(fields)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('a trigger', () => {
  it.each([
    { type: 'manual' },
    { type: 'webhook', event: 'push' },
    { type: 'webhook', event: 'push', filter: { branch: ['main', 'dev'] } },
    { type: 'event', event: 'service.health_changed' },
    { type: 'event', event: 'pipeline.*', filter: { branch: 'main' } },
    { type: 'schedule', cron: '*/5 * * * *' },
    { type: 'schedule', cron: '0 9 1,15 JAN-JUN MON-FRI' },
    { type: 'schedule', cron: '0 0 29 2 *' },
    { type: 'schedule', rate: '1 minute' },
    { type: 'schedule', rate: '5 minutes' },
    { type: 'schedule', rate: '12 hours' },
    { type: 'schedule', rate: '2 days' },
  ])('may be %j', (trigger) => {
    expect(problemsOf({ trigger })).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{ type: 'timer' }, 'trigger.type: must be manual, webhook, event or schedule'],
    [{}, 'trigger.type: must be manual, webhook, event or schedule'],
    [{ type: 'manual', event: 'push' }, 'trigger.event: is not a known field'],
    [{ type: 'webhook' }, 'trigger.event: is required'],
    [{ type: 'webhook', event: 'a/b' }, 'trigger.event: must be 1 to 64'],
    [{ type: 'webhook', event: 'x'.repeat(65) }, 'trigger.event: must be 1 to 64'],
    [{ type: 'webhook', event: 'push', filter: { a: {} } }, 'trigger.filter.a: must be a text of at most 1000'],
    [{ type: 'webhook', event: 'push', filter: { a: ['x', {}] } }, 'trigger.filter.a: must be a text of at most 1000'],
    [{ type: 'event', event: 'no.such' }, 'trigger.event: is not an event type'],
    [{ type: 'schedule' }, 'trigger: must have either cron or rate'],
    [{ type: 'schedule', cron: '0 * * * *', rate: '1 hour' }, 'trigger: must have either cron or rate'],
    [{ type: 'schedule', cron: '* * * *' }, 'trigger.cron: must have five fields'],
    [{ type: 'schedule', cron: '0 * * * * *' }, 'trigger.cron: must have five fields'],
    [{ type: 'schedule', cron: '@daily' }, 'trigger.cron: must have five fields'],
    [
      { type: 'schedule', cron: '61 * * * *' },
      'trigger.cron: is not in the language of cron: Invalid value for minute',
    ],
    [{ type: 'schedule', cron: '0 0 30 2 *' }, 'trigger.cron: never comes'],
    [{ type: 'schedule', rate: '1 minutes' }, 'trigger.rate: must be such as'],
    [{ type: 'schedule', rate: '5 minute' }, 'trigger.rate: must be such as'],
    [{ type: 'schedule', rate: '0 minutes' }, 'trigger.rate: must be such as'],
    [{ type: 'schedule', rate: 'rate(5 minutes)' }, 'trigger.rate: must be such as'],
    ['push', 'trigger: '],
  ])('may not be %j', (trigger, problem) => {
    expect(problemsOf({ trigger })).toEqual([expect.stringContaining(problem)]);
  });
});

describe('an action', () => {
  it.each([
    'GET /',
    'DELETE /a/b%20c/?x=1&y=../..',
    'PUT /a/{{event.id}}/b?q={{event.text | default("a b#c\\\\")}}',
    'GET /a//b',
    'GET /...',
    "PATCH /a:b@c;d,e+f!$&'()*=~",
    `GET /${'a'.repeat(1999)}`,
  ])('may be %s', (action) => {
    expect(problemsOfStep({ action })).toEqual([]);
  });

  it.each([
    '',
    '/scan',
    'POST',
    'POST ',
    'post /scan',
    'HEAD /scan',
    'CONNECT /scan',
    'POST  /scan',
    ' POST /scan',
    'POST scan',
    'POST http://evil.example/',
    'POST //evil.example/',
    'POST /\\evil.example/',
    'POST \\\\evil.example/',
    'POST /a#b',
    'POST /a b',
    'POST /a ',
    'POST /a\r\nHost: x',
    'POST /a\tb',
    'POST /a\u0000',
    'POST /ä',
    'POST /a/../b',
    'POST /..',
    'POST /./a',
    'POST /%2e%2E/a',
    'POST /.%2e',
    'POST /{{bad',
    'POST {{event.path}}',
    '{{event.method}} /scan',
    `GET /${'a'.repeat(2000)}`,
  ])('may not be %j', (action) => {
    expect(problemsOfStep({ action })).toEqual([expect.stringMatching(/^steps\.0\.action: /)]);
  });
});

describe('a step', () => {
  it.each<[object, string]>([
    [{ name: 'a b' }, 'name: must be 1 to 64'],
    [{ name: '' }, 'name: must be 1 to 64'],
    [{ name: 'x'.repeat(65) }, 'name: must be 1 to 64'],
    [{ name: '__proto__' }, 'name: is not a name that a step may have'],
    [{ name: 'constructor' }, 'name: is not a name that a step may have'],
    [{ input: 'text' }, 'input: '],
    [{ input: [1] }, 'input: '],
    [{ input: { a: { b: ['{{x}}'] } } }, 'input.a.b.0: {{x}} must begin with event or steps'],
    [{ input: { a: JSON.parse('{"__proto__": 1}') } }, 'input.a.__proto__: is not a name that a field may have'],
    [{ timeout_seconds: 0 }, 'timeout_seconds: '],
    [{ timeout_seconds: 901 }, 'timeout_seconds: '],
    [{ timeout_seconds: 1.5 }, 'timeout_seconds: '],
    [{ retry: { max_attempts: 11 } }, 'retry.max_attempts: '],
    [{ retry: { max_attempts: 0 } }, 'retry.max_attempts: '],
    [{ retry: { backoff_seconds: 301 } }, 'retry.backoff_seconds: '],
    [{ retry: { delay: 1 } }, 'retry.delay: is not a known field'],
    [{ continue_on_error: 'yes' }, 'continue_on_error: '],
    [{ wait_for_healthy_seconds: 901 }, 'wait_for_healthy_seconds: '],
    [{ when: { value: '{{event.x}}' } }, 'when: must have exactly one of equals'],
    [{ when: { value: '{{event.x}}', equals: 1, in: [1] } }, 'when: must have exactly one of equals'],
    [{ when: { value: 'main', equals: 1 } }, 'when.value: must be one template'],
    [{ when: { value: 'a{{event.x}}', equals: 1 } }, 'when.value: must be one template'],
    [{ when: { value: '{{x', equals: 1 } }, 'when.value: holds {{ without a template'],
    [{ when: { value: '{{event.x}}', greater_than: '1' } }, 'when.greater_than: '],
    [{ when: { value: '{{event.x}}', in: [] } }, 'when.in: '],
    [
      { when: { value: '{{event.x}}', equals: [1] } },
      'when.equals: must be a text of at most 1000 characters, a number,',
    ],
    [{ when: { value: '{{event.x}}', not_equals: {} } }, 'when.not_equals: must be a text of at most 1000 characters,'],
    [
      { when: { value: '{{event.x}}', in: ['a', ['b']] } },
      'when.in.1: must be a text of at most 1000 characters, a number,',
    ],
    [{ when: { value: '{{event.x}}', matches: 'x' } }, 'when'],
    [{ command: 'rm' }, 'command: is not a known field'],
  ])('may not have %j', (fields, problem) => {
    expect(problemsOfStep(fields)).toContainEqual(expect.stringContaining(`steps.0.${problem}`));
  });
});
