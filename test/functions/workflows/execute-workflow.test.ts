import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { executeWorkflowContract } from '../../../functions/workflows/contract.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';
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
import { large, openWorkflowApi, storedWorkflow, unknownWorkflow, workflowsPath } from './workflow-api.ts';

let api: TestApi;
let workflow: Workflow;
beforeEach(async () => {
  api = await openWorkflowApi();
  workflow = await storedWorkflow(api.home);
});
afterEach(() => api.close());

const pathOf = (id: string) => `${workflowsPath}/${id}`;
const execute = (body?: unknown, headers = {}, id = workflow.id) =>
  api.send('POST', `${pathOf(id)}/execute`, { body, headers });
const executions = async () => (await api.send('GET', `${pathOf(workflow.id)}/executions`)).body.executions;
const read = async (id: string) => (await api.send('GET', `${pathOf(workflow.id)}/executions/${id}`)).body;
const run = (id: string) => api.home.backend.machine('workflow').describe(id);
const request = () => ({ method: 'POST', path: `${pathOf(workflow.id)}/execute` });

describe('202', () => {
  it('shows the execution that has begun, and where it can be read', async () => {
    const answer = await execute({ event: { branch: 'main' } });
    expect(answer.status).toBe(202);
    expect(executeWorkflowContract.answers.accepted.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toEqual({
      execution_id: expect.stringMatching(/^exec_[0-9a-z]{26}$/),
      workflow_id: workflow.id,
      workflow_version: 1,
      status: 'running',
      trigger: { type: 'manual', reference: null },
      created_at: new Date(api.home.clock.now()).toISOString(),
      started_at: new Date(api.home.clock.now()).toISOString(),
      completed_at: null,
      duration_ms: null,
      cancel_requested_at: null,
      error: null,
    });
    const location = `${pathOf(workflow.id)}/executions/${answer.body.execution_id}`;
    expect(answer.headers.get('location')).toBe(location);
    expect((await api.send('GET', location)).body).toMatchObject({ ...answer.body, event: { branch: 'main' } });
    expect(await run(answer.body.execution_id)).toEqual({ status: 'RUNNING' });
  });

  it.each([undefined, {}, { event: {} }])('needs no event: %j', async (body) => {
    const answer = await execute(body);
    expect(answer.status).toBe(202);
    expect(await read(answer.body.execution_id)).toMatchObject({ event: {}, event_url: null });
  });

  it('keeps a large event as an object', async () => {
    const answer = await execute({ event: large() });
    const { event, event_url } = await read(answer.body.execution_id);
    expect(event).toBeNull();
    const stored = await api.home.objects.readSigned(event_url.replace('http://orchestrator.test', ''));
    expect(stored).toMatchObject({ outcome: 'found', contentType: 'application/json' });
    expect('body' in stored && JSON.parse(Buffer.from(stored.body).toString())).toEqual(large());
  });

  it('sent twice begins two executions; under an Idempotency-Key one, and is answered the same', async () => {
    const headers = { 'idempotency-key': 'key' };
    const [one, other] = [await execute(), await execute()];
    expect(one.body.execution_id).not.toBe(other.body.execution_id);
    const [first, again] = [await execute({}, headers), await execute({}, headers)];
    expect([again.status, again.text]).toEqual([202, first.text]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await executions()).toHaveLength(3);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'comes of the same request again after its process died at write %i, with one execution that runs',
    async (writes) => {
      const { backend } = api.home;
      for (const isAnswerLost of [false, true]) {
        const headers = { 'idempotency-key': `key-${isAnswerLost}` };
        const before = (await executions()).length;
        api.home.backend = dyingBackend(backend, writes, isAnswerLost);
        await execute({ event: large() }, headers);
        api.home.backend = backend;
        api.home.clock.advance(33_000);
        const answer = await execute({ event: large() }, headers);
        expect([answer.status, (await executions()).length]).toEqual([202, before + 1]);
        expect(await run(answer.body.execution_id)).toEqual({ status: 'RUNNING' });
      }
    },
  );

  it('comes of the same request again where its machine could not be started, with the version of the first', async () => {
    const headers = { 'idempotency-key': 'key' };
    const machine = vi.spyOn(api.home.backend, 'machine').mockImplementation(() => {
      throw new Error('throttled');
    });
    expectRefusal(await execute({}, headers), 500, 'INTERNAL');
    machine.mockRestore();
    const [begun] = await executions();
    expect(await run(begun.execution_id)).toBeUndefined();
    const { body: definition } = await api.send('GET', pathOf(workflow.id));
    const { name, steps } = definition;
    await api.send('PUT', pathOf(workflow.id), { body: { name, steps } });
    const answer = await execute({}, headers);
    expect([answer.status, answer.body]).toEqual([202, begun]);
    expect(await run(begun.execution_id)).toEqual({ status: 'RUNNING' });
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    [{ event: 5 }, 'body.event'],
    [{ event: [] }, 'body.event'],
    [{ event: null }, 'body.event'],
    [{ events: {} }, 'body.events'],
    [[], 'body'],
    ['{', 'body'],
  ])('is given for a wrong body: %j', async (body, field) => {
    const answer = await execute(body);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(field);
    expect(await executions()).toEqual([]);
  });

  it('is given for an event of more levels than can be kept', async () => {
    const levels = 60_000;
    const answer = await execute(`{"event":{"x":${'['.repeat(levels)}${']'.repeat(levels)}}}`);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('body.event');
    expect(await executions()).toEqual([]);
  });

  it('is given for what is no id', async () => {
    const answer = await execute({}, {}, 'x');
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('path.id');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no workflow has', async () => {
    expectRefusal(await execute({}, {}, unknownWorkflow), 404, 'NOT_FOUND');
  });
});

describe('409 CONFLICT', () => {
  it('is given while a request under the same Idempotency-Key runs', async () => {
    const headers = { 'idempotency-key': 'key' };
    const answers = await Promise.all([execute({}, headers), execute({}, headers)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(await executions()).toHaveLength(1);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request()));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request()));
});

describe('422 IDEMPOTENCY_MISMATCH', () => {
  it('is given for a key that was used with another event', async () => {
    const headers = { 'idempotency-key': 'key' };
    await execute({ event: { n: 1 } }, headers);
    expectRefusal(await execute({ event: { n: 2 } }, headers), 422, 'IDEMPOTENCY_MISMATCH');
    expect(await executions()).toHaveLength(1);
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of writes', async () => {
    const limited = await openWorkflowApi({ RATE_LIMITS: 'write=2' });
    await expectLimited(limited, request(), 2);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request(), 'workflows'));
});
