import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDefinition } from '../../../functions/workflows/definition-problems.ts';
import type { Planned } from '../../../functions/workflows/plan.ts';
import { catalogue } from './known-services.ts';
import { randomCycle, randomDag } from './random-dag.ts';

const stepOf = (name: string, fields: object = {}) => ({ name, service: 'api', action: 'POST /x', ...fields });

const check = (steps: unknown, fields: object = {}) => checkDefinition({ name: 'check', steps, ...fields }, catalogue);

const workflowOf = (planned: Planned[]) => planned.map(({ name, depends_on }) => stepOf(name, { depends_on }));

describe('a workflow that is right', () => {
  it('is the one of the documentation', () => {
    const steps = [
      {
        name: 'analyze',
        service: 'neo4j-graphrag-api',
        action: 'POST /patterns/recommend',
        input: { task: '{{event.commit_message}}' },
      },
      {
        name: 'scan',
        service: 'security-shield',
        action: 'POST /api/v1/scan',
        input: { repo: '{{event.repo_url}}', commit: '{{event.sha}}' },
        depends_on: [],
      },
      {
        name: 'review',
        service: 'ai-coder-alpha',
        action: 'POST /api/v1/tasks',
        input: { instruction: 'Review the latest commit: {{event.sha}}', context: '{{steps.analyze.output}}' },
        depends_on: ['analyze', 'scan'],
      },
    ];
    const trigger = { type: 'webhook', event: 'push', filter: { branch: 'main' } };
    const description = 'Automated code review with AI analysis';
    expect(check(steps, { trigger, description })).toMatchObject({ definition: { description, trigger, steps } });
  });

  it('is any without a cycle, whose templates name ancestors', () => {
    fc.assert(
      fc.property(randomDag(), (dag) => {
        const steps = dag.map(({ name, depends_on }) => {
          const input = { given: depends_on.map((each) => `{{steps.${each}.output}}`) };
          return stepOf(name, { depends_on, input });
        });
        expect(check(steps)).toMatchObject({ definition: { steps } });
      }),
    );
  });

  it('may name an ancestor that it does not depend on directly, wherever templates stand', () => {
    const uses = {
      action: 'POST /x/{{steps.a.output.id}}',
      input: { status: '{{steps.a.status}}' },
      when: { value: '{{steps.a.error}}', exists: false },
    };
    const steps = [stepOf('c', { depends_on: ['b'], ...uses }), stepOf('b', { depends_on: ['a'] }), stepOf('a')];
    expect(check(steps)).toHaveProperty('definition');
  });
});

it('an input is no body of a GET, and an event has no field that its filter misspells', () => {
  const trigger = { type: 'event', event: 'service.health_changed', filter: { too: 'unhealthy' } };
  const steps = [stepOf('a', { action: 'GET /x', input: { q: 1 } })];
  expect(checkDefinition({ name: 'w', trigger, steps }, catalogue)).toEqual({
    problems: [
      { path: 'body.trigger.filter.too', message: 'is not a field of the data of any of these events' },
      { path: 'body.steps.0.input', message: 'cannot be sent with a GET; put it into the path' },
    ],
  });
});

describe('a cycle', () => {
  it('that is all that is wrong is told as its path', () => {
    expect(check([stepOf('a', { depends_on: ['b'] }), stepOf('b', { depends_on: ['a'] })])).toEqual({
      cycle: ['a', 'b', 'a'],
    });
  });

  it('is found wherever it was put', () => {
    fc.assert(
      fc.property(randomCycle, (bent) => {
        expect(check(workflowOf(bent))).toEqual({ cycle: expect.any(Array) });
      }),
    );
  });

  it('beside other problems is one of them', () => {
    const steps = [stepOf('a', { depends_on: ['b'], service: 'none' }), stepOf('b', { depends_on: ['a'] })];
    expect(check(steps)).toEqual({
      problems: [
        { path: 'body.steps.0.service', message: 'is not a service of the catalogue' },
        { path: 'body.steps', message: 'depend on each other: a → b → a' },
      ],
    });
  });

  it('makes no template wrong that names a step before it', () => {
    const steps = [
      stepOf('start'),
      stepOf('a', { depends_on: ['b', 'start'] }),
      stepOf('b', { depends_on: ['a'], input: { x: '{{steps.start.output}}' } }),
      stepOf('end', { depends_on: ['a'], input: { x: '{{steps.b.output}}' } }),
    ];
    expect(check(steps)).toEqual({ cycle: ['a', 'b', 'a'] });
  });
});

describe('all problems are told at once', () => {
  it('those of the schema and those across steps, each with its path', () => {
    const steps = [
      stepOf('a', { depends_on: ['a', 'none', 'b', 'b', 7], timeout_seconds: 0 }),
      stepOf('b', { service: 'none', input: { x: ['{{', '{{steps.c.output}}', '{{steps.none.output}}'] } }),
      stepOf('b', { action: 'GET /{{steps.a.output}}', when: { value: '{{steps.b.status}}', equals: 1, in: [1] } }),
      'step',
      {},
    ];
    const checked = check(steps, { name: 5, extra: true });
    const paths = 'problems' in checked ? checked.problems.map(({ path }) => path) : [];
    expect(paths.toSorted()).toEqual([
      'body.extra',
      'body.name',
      'body.steps.0.depends_on.0',
      'body.steps.0.depends_on.1',
      'body.steps.0.depends_on.3',
      'body.steps.0.depends_on.4',
      'body.steps.0.timeout_seconds',
      'body.steps.1.input.x.0',
      'body.steps.1.input.x.1',
      'body.steps.1.input.x.2',
      'body.steps.1.service',
      'body.steps.2.action',
      'body.steps.2.name',
      'body.steps.2.when',
      'body.steps.2.when.value',
      'body.steps.3',
      'body.steps.4.action',
      'body.steps.4.name',
      'body.steps.4.service',
    ]);
  });

  it.each([
    [stepOf('a', { depends_on: ['none'] }), 'depends_on.0', 'is not a step of this workflow'],
    [stepOf('a', { depends_on: ['a'] }), 'depends_on.0', 'is the step itself'],
    [stepOf('a', { depends_on: ['z', 'z'] }), 'depends_on.1', 'is named before'],
    [stepOf('z'), 'name', 'is the name of an earlier step'],
    [stepOf('a', { service: 'none' }), 'service', 'is not a service of the catalogue'],
    [stepOf('a', { service: 'toString' }), 'service', 'is not a service of the catalogue'],
    [
      stepOf('a', { input: { x: '{{steps.z.output}}' } }),
      'input.x',
      'names the step z, which this one does not depend on, directly or through others',
    ],
    [
      stepOf('a', { action: 'GET /{{steps.none.output.id | default(1)}}' }),
      'action',
      'names the step none, which is not a step of this workflow',
    ],
    [
      stepOf('a', { when: { value: '{{steps.a.status}}', exists: true } }),
      'when.value',
      'names the step a, which this one does not depend on, directly or through others',
    ],
  ])('%#: what is wrong across steps', (wrong, at, message) => {
    expect(check([stepOf('z'), wrong])).toEqual({ problems: [{ path: `body.steps.1.${at}`, message }] });
  });
});

describe('whatever is sent', () => {
  it('is answered with problems, never with an exception', () => {
    const keys = ['name', 'steps', 'trigger', 'depends_on', 'input', 'action', 'service', 'when', 'value', 'retry'];
    const anything = fc.object({
      key: fc.constantFrom(...keys),
      maxDepth: 4,
      values: [fc.constantFrom('a', '{{', 1, null)],
    });
    fc.assert(
      fc.property(fc.oneof(anything, fc.jsonValue()), (body) => {
        expect(checkDefinition(body, catalogue)).toHaveProperty('problems');
      }),
    );
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 5 }), (steps) => {
        expect(check(steps)).toHaveProperty('problems');
      }),
    );
  });

  it('takes a moment, even if it has as many problems, levels or steps as a body can hold', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`);
    const many = Array.from({ length: 200 }, (_, index) => stepOf(`s${index}`));
    const others = many.map(({ name }) => name);
    const hostile: unknown[] = [
      [stepOf('a', { input: deep })],
      [stepOf('a', { input: { x: Array.from({ length: 40_000 }, () => '{{') } })],
      Array.from({ length: 60_000 }, () => ({})),
      many.map((step, index) => ({ ...step, depends_on: others.slice(0, index) })),
      many.map((step) => ({ ...step, depends_on: others })),
      [stepOf('a', { depends_on: Array.from({ length: 60_000 }, () => 'a') })],
      deep,
    ];
    const startMs = performance.now();
    for (const steps of hostile) {
      const checked = check(steps);
      if ('problems' in checked) expect(checked.problems.length).toBeLessThanOrEqual(1000);
    }
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it('changes no prototype, whatever its fields are called', () => {
    const input = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
    const checked = check([JSON.parse(JSON.stringify(stepOf('a', { input }))), { ...stepOf('b'), input }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const [, second] = 'definition' in checked ? checked.definition.steps : [];
    expect(Object.getPrototypeOf(second?.input)).toBe(Object.prototype);
    expect(second?.input).toEqual({ constructor: { prototype: { polluted: 1 } } });
  });
});
