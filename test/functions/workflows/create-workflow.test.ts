import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkflowContract } from '../../../functions/workflows/contract.ts';
import { loadWorkflows } from '../../../functions/workflows/workflow-store.ts';
import { referenceExamples } from '../../contracts/reference-examples.ts';
import type { TestApi } from '../open-api.ts';
import { dyingBackend } from '../pipelines/dying-backend.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { diamond, openWorkflowApi, workflowsPath as path, step } from './workflow-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openWorkflowApi();
});
afterEach(() => api.close());

const request = { method: 'POST', path, body: diamond };
const create = (body: unknown, headers = {}) => api.send('POST', path, { body, headers });
const stored = () => loadWorkflows(api.home.backend);

describe('201', () => {
  it('takes the example of the reference, and shows it with its defaults and where it can be read', async () => {
    const example = referenceExamples.createWorkflow.request;
    const answer = await create(example);
    expect(answer.status).toBe(201);
    expect(createWorkflowContract.answers.created.body.parse(answer.body)).toEqual(answer.body);
    const now = new Date(api.home.clock.now()).toISOString();
    const defaults = {
      depends_on: [],
      timeout_seconds: 30,
      retry: { max_attempts: 1, backoff_seconds: 1 },
      continue_on_error: false,
      wait_for_healthy_seconds: 0,
    };
    expect(answer.body).toEqual({
      ...example,
      id: expect.stringMatching(/^wf_[0-9a-z]{26}$/),
      version: 1,
      created_at: now,
      updated_at: now,
      steps: example.steps.map((given) => ({ ...defaults, ...given })),
    });
    expect(answer.headers.get('location')).toBe(`${path}/${answer.body.id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect((await api.send('GET', `${path}/${answer.body.id}`)).body).toEqual(answer.body);
  });

  it('keeps all that is given of a step', async () => {
    const given = step('a', {
      action: 'GET /api/v1/scans/{{event.id}}?all=1',
      input: null,
      depends_on: [],
      timeout_seconds: 900,
      retry: { max_attempts: 5, backoff_seconds: 0.5 },
      continue_on_error: true,
      when: { value: '{{event.branch | default("main")}}', equals: 'main' },
      wait_for_healthy_seconds: 60,
    });
    expect((await create({ name: 'all', steps: [given] })).body).toMatchObject({
      trigger: { type: 'manual' },
      description: null,
      steps: [given],
    });
  });

  it.each([
    { type: 'manual' },
    { type: 'webhook', event: 'push', filter: { branch: ['main', 'release'] } },
    { type: 'event', event: 'service.health_changed', filter: { to: 'unhealthy' } },
    { type: 'schedule', cron: '*/5 * * * *' },
    { type: 'schedule', rate: '1 hour' },
  ])('takes the trigger $type', async (trigger) => {
    expect((await create({ ...diamond, trigger })).body.trigger).toEqual(trigger);
  });

  it('shows steps in the order in which they are given', async () => {
    const steps = [step('z', { depends_on: ['a'] }), step('a')];
    const { body } = await create({ name: 'turned', steps });
    expect(body.steps.map(({ name }: { name: string }) => name)).toEqual(['z', 'a']);
  });

  it('takes 200 steps in one line', async () => {
    const steps = Array.from({ length: 200 }, (_, at) =>
      step(`s${at}`, at === 0 ? {} : { depends_on: [`s${at - 1}`] }),
    );
    expect((await create({ name: 'line', steps })).status).toBe(201);
    expect((await stored())[0]?.stepCount).toBe(200);
  });

  it('sent twice makes two workflows; under an Idempotency-Key one, and is answered the same', async () => {
    const headers = { 'idempotency-key': 'key' };
    const [one, other] = [await create(diamond), await create(diamond)];
    expect(one.body.id).not.toBe(other.body.id);
    const [first, again] = [await create(diamond, headers), await create(diamond, headers)];
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await stored()).toHaveLength(3);
  });

  it.each([0, 1, 2, 3, 4])(
    'comes of the same request again after its process died at write %i, with one workflow',
    async (writes) => {
      const { backend } = api.home;
      for (const isAnswerLost of [false, true]) {
        const headers = { 'idempotency-key': `key-${isAnswerLost}` };
        const before = (await stored()).length;
        api.home.backend = dyingBackend(backend, writes, isAnswerLost);
        await create(diamond, headers);
        api.home.backend = backend;
        api.home.clock.advance(33_000);
        const left = (await stored())[before]?.id;
        const answer = await create(diamond, headers);
        expect([answer.status, (await stored()).length]).toEqual([201, before + 1]);
        expect(answer.body.id).toBe(left ?? answer.body.id);
        expect((await api.send('GET', `${path}/${answer.body.id}`)).body).toEqual(answer.body);
      }
    },
  );
});

describe('400 INVALID_WORKFLOW', () => {
  it('names everything that is wrong at once, each with its path, and stores nothing', async () => {
    const answer = await create({
      name: '',
      surprise: 1,
      trigger: { type: 'sometimes' },
      steps: [
        step('a b', { service: 'nowhere', action: 'FETCH x', timeout_seconds: 901 }),
        step('b', { depends_on: ['b', 'c', 'd', 'd'], input: { x: '{{steps.d.output}}', y: '{{oops}}' } }),
        step('b', { retry: { max_attempts: 11 } }),
        step('d', { when: { value: '{{steps.e.output}}', equals: 1 } }),
      ],
    });
    expectRefusal(answer, 400, 'INVALID_WORKFLOW');
    const paths = answer.body.error.details.map((problem: { path: string }) => problem.path).sort();
    expect(paths).toEqual([
      'body.name',
      'body.steps.0.action',
      'body.steps.0.name',
      'body.steps.0.service',
      'body.steps.0.timeout_seconds',
      'body.steps.1.depends_on.0',
      'body.steps.1.depends_on.1',
      'body.steps.1.depends_on.3',
      'body.steps.1.input.y',
      'body.steps.2.name',
      'body.steps.2.retry.max_attempts',
      'body.steps.3.when.value',
      'body.surprise',
      'body.trigger.type',
    ]);
    expect(answer.body.error.message).toBe('The workflow definition is invalid.');
    expect(await stored()).toEqual([]);
  });

  it.each([
    [{ steps: undefined }, 'body.steps', 'is required'],
    [{ steps: [] }, 'body.steps', 'must have at least one step'],
    [{ steps: [step('a', { service: 'nowhere' })] }, 'body.steps.0.service', 'is not a service of the catalogue'],
    [{ steps: [step('a', { depends_on: ['a'] })] }, 'body.steps.0.depends_on.0', 'is the step itself'],
    [{ steps: [step('a', { depends_on: ['b'] })] }, 'body.steps.0.depends_on.0', 'is not a step of this workflow'],
    [
      { steps: [step('a'), step('b', { input: { x: '{{steps.a.output}}' } })] },
      'body.steps.1.input.x',
      'names the step a, which this one does not depend on, directly or through others',
    ],
  ])('tells a single problem in its message too (%#)', async (changes, field, message) => {
    const answer = await create({ ...diamond, ...changes });
    expectRefusal(answer, 400, 'INVALID_WORKFLOW');
    expect(answer.body.error.details).toEqual([{ path: field, message }]);
    expect(answer.body.error.message).toBe(`${field}: ${message}`);
  });

  it('is given to 201 steps', async () => {
    const answer = await create({ name: 'many', steps: Array.from({ length: 201 }, (_, at) => step(`s${at}`)) });
    expectRefusal(answer, 400, 'INVALID_WORKFLOW');
    expect(answer.body.error.details).toEqual([{ path: 'body.steps', message: 'must not have more than 200 steps' }]);
  });

  it.each([undefined, null, [], 5, {}])('is given for a body that is none: %j', async (none) => {
    expectRefusal(await create(none), 400, 'INVALID_WORKFLOW');
  });

  it('is given for an input of more levels than anything could read', async () => {
    const levels = 60_000;
    const input = `{"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    const steps = `[{"name":"a","service":"security-shield","action":"POST /x","input":${input}}]`;
    expectRefusal(await create(`{"name":"deep","steps":${steps}}`), 400, 'INVALID_WORKFLOW');
  });

  it('is not remembered under an Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'key' };
    expectRefusal(await create({ ...diamond, name: '' }, headers), 400, 'INVALID_WORKFLOW');
    expect((await create(diamond, headers)).status).toBe(201);
  });
});

describe('400 DEPENDENCY_CYCLE', () => {
  it('shows the cycle, and stores nothing', async () => {
    const steps = [
      step('start'),
      step('a', { depends_on: ['start', 'b'] }),
      step('b', { depends_on: ['c'] }),
      step('c', { depends_on: ['a'] }),
    ];
    const answer = await create({ name: 'round', steps });
    expectRefusal(answer, 400, 'DEPENDENCY_CYCLE');
    expect(answer.body.error.details).toEqual({ cycle: ['a', 'b', 'c', 'a'] });
    expect(answer.body.error.message).toBe('The steps depend on each other: a → b → c → a.');
    expect(await stored()).toEqual([]);
  });

  it('is told among the problems where there are others', async () => {
    const steps = [step('a', { depends_on: ['b'] }), step('b', { depends_on: ['a'], service: 'nowhere' })];
    const answer = await create({ name: 'round', steps });
    expectRefusal(answer, 400, 'INVALID_WORKFLOW');
    expect(answer.body.error.details).toContainEqual({
      path: 'body.steps',
      message: 'depend on each other: a → b → a',
    });
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for what is not JSON', async () => {
    expectRefusal(await create('{'), 400, 'VALIDATION_ERROR');
  });

  it.each(['x'.repeat(256), 'a b'])('is given for an Idempotency-Key that is none: %s', async (key) => {
    const answer = await create(diamond, { 'idempotency-key': key });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('headers.Idempotency-Key');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('409 CONFLICT', () => {
  it('is given while a request under the same Idempotency-Key runs', async () => {
    const headers = { 'idempotency-key': 'key' };
    const answers = await Promise.all([create(diamond, headers), create(diamond, headers)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await stored()).toHaveLength(1);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request));
});

describe('422 IDEMPOTENCY_MISMATCH', () => {
  it('is given for a key that was used with another request', async () => {
    const headers = { 'idempotency-key': 'key' };
    await create(diamond, headers);
    expectRefusal(await create({ ...diamond, name: 'other' }, headers), 422, 'IDEMPOTENCY_MISMATCH');
    expect(await stored()).toHaveLength(1);
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of writes', async () => {
    const limited = await openWorkflowApi({ RATE_LIMITS: 'write=2' });
    await expectLimited(limited, request, 2);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'workflows'));
});
