import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateWorkflowContract } from '../../../functions/workflows/contract.ts';
import type { TestApi } from '../open-api.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { diamond, openWorkflowApi, step, storedWorkflow, unknownWorkflow, workflowsPath } from './workflow-api.ts';

let api: TestApi;
let id: string;
beforeEach(async () => {
  api = await openWorkflowApi();
  id = (await storedWorkflow(api.home)).id;
});
afterEach(() => api.close());

const pathOf = (of: string) => `${workflowsPath}/${of}`;
const replace = (body: unknown, of = id, headers = {}) => api.send('PUT', pathOf(of), { body, headers });
const read = async () => (await api.send('GET', pathOf(id))).body;
const request = () => ({ method: 'PUT', path: pathOf(id), body: diamond });

const single = (name: string) => ({ name, steps: [step(name)] });

describe('200', () => {
  it('replaces the whole definition and counts the version on', async () => {
    const before = await read();
    api.home.clock.advance(60_000);
    const answer = await replace({ ...single('second'), trigger: { type: 'schedule', rate: '1 hour' } });
    expect(answer.status).toBe(200);
    expect(updateWorkflowContract.answers.ok.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toMatchObject({
      id,
      name: 'second',
      description: null,
      trigger: { type: 'schedule', rate: '1 hour' },
      version: 2,
      created_at: before.created_at,
      updated_at: new Date(api.home.clock.now()).toISOString(),
      steps: [step('second')],
    });
    expect(await read()).toEqual(answer.body);
  });

  it('makes a version of each of those that come at the same time, and mixes none up', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const answers = await Promise.all(names.map((name) => replace(single(name))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.map(({ body }) => body.version).sort()).toEqual([2, 3, 4, 5]);
    for (const { body } of answers) expect(body.steps[0].name).toBe(body.name);
    expect(await read()).toEqual(answers.find(({ body }) => body.version === 5)?.body);
  });

  it.each(['"1"', '1', 'W/"1"', '*', '"7", "1"'])('is given under If-Match: %s while the version is 1', async (tag) => {
    const { status, body, headers } = await replace(single('second'), id, { 'if-match': tag });
    expect([status, body.version, headers.get('etag')]).toEqual([200, 2, '"2"']);
  });

  it('is given under the ETag that it is read with, and to one of those who replace the same version', async () => {
    const tag = { 'if-match': (await api.send('GET', pathOf(id))).headers.get('etag') };
    const answers = await Promise.all(['one', 'two', 'three'].map((name) => replace(single(name), id, tag)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect(await read()).toEqual(answers.find(({ status }) => status === 200)?.body);
  });

  it('changes nothing of an execution that began before: it shows the version and steps that it began with', async () => {
    const begun = (await api.send('POST', `${pathOf(id)}/execute`)).body;
    await replace(single('second'));
    const execution = await api.send('GET', `${pathOf(id)}/executions/${begun.execution_id}`);
    expect(execution.body.workflow_version).toBe(1);
    expect(Object.keys(execution.body.steps)).toEqual(['a', 'b', 'c', 'd']);
    const next = (await api.send('POST', `${pathOf(id)}/execute`)).body;
    expect(next.workflow_version).toBe(2);
    const other = await api.send('GET', `${pathOf(id)}/executions/${next.execution_id}`);
    expect(Object.keys(other.body.steps)).toEqual(['second']);
  });
});

describe('400 INVALID_WORKFLOW', () => {
  it('names everything that is wrong, and changes nothing', async () => {
    const before = await read();
    const answer = await replace({ name: '', steps: [step('a', { service: 'nowhere' }), step('a')] });
    expectRefusal(answer, 400, 'INVALID_WORKFLOW');
    const paths = answer.body.error.details.map((problem: { path: string }) => problem.path).sort();
    expect(paths).toEqual(['body.name', 'body.steps.0.service', 'body.steps.1.name']);
    expect(await read()).toEqual(before);
  });

  it('is given for a body of which parts are missing: nothing is merged', async () => {
    const answer = await replace({ name: 'only the name' });
    expectRefusal(answer, 400, 'INVALID_WORKFLOW');
    expect(answer.body.error.details).toEqual([{ path: 'body.steps', message: 'is required' }]);
  });
});

describe('400 DEPENDENCY_CYCLE', () => {
  it('shows the cycle, and changes nothing', async () => {
    const before = await read();
    const steps = [step('a', { depends_on: ['b'] }), step('b', { depends_on: ['a'] })];
    const answer = await replace({ name: 'round', steps });
    expectRefusal(answer, 400, 'DEPENDENCY_CYCLE');
    expect(answer.body.error.details).toEqual({ cycle: ['a', 'b', 'a'] });
    expect(await read()).toEqual(before);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for what is no id, and for what is no JSON', async () => {
    const answer = await replace(diamond, 'x');
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('path.id');
    expectRefusal(await replace('{'), 400, 'VALIDATION_ERROR');
  });

  it('is given for an If-Match that no version can have', async () => {
    const answer = await replace(diamond, id, { 'if-match': 'x'.repeat(101) });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('header.if-match');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no workflow has, and for one that was deleted, which it does not bring back', async () => {
    expectRefusal(await replace(diamond, unknownWorkflow), 404, 'NOT_FOUND');
    await api.send('DELETE', pathOf(id));
    expectRefusal(await replace(diamond), 404, 'NOT_FOUND');
    expectRefusal(await api.send('GET', pathOf(id)), 404, 'NOT_FOUND');
    expectRefusal(await replace(diamond, id, { 'if-match': '*' }), 404, 'NOT_FOUND');
  });
});

describe('412 PRECONDITION_FAILED', () => {
  it.each(['"0"', '0', '"2"', 'W/"2"', '"1', 'x', '""'])('is given for another version than 1: %s', async (tag) => {
    const before = await read();
    const answer = await replace(single('second'), id, { 'if-match': tag });
    expectRefusal(answer, 412, 'PRECONDITION_FAILED');
    expect(answer.body.error.details).toEqual({ version: 1 });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(await read()).toEqual(before);
    const definitions = await api.home.backend.table('workflows').query({ partition: id, limit: 10 });
    expect(definitions.items).toHaveLength(1);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request()));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request()));
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
