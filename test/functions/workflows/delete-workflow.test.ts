import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadWorkflows } from '../../../functions/workflows/workflow-store.ts';
import type { TestApi } from '../open-api.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { openWorkflowApi, storedWorkflow, unknownWorkflow, workflowsPath } from './workflow-api.ts';

let api: TestApi;
let id: string;
beforeEach(async () => {
  api = await openWorkflowApi();
  id = (await storedWorkflow(api.home)).id;
});
afterEach(() => api.close());

const pathOf = (of: string) => `${workflowsPath}/${of}`;
const remove = (of = id) => api.send('DELETE', pathOf(of));
const request = { method: 'DELETE', path: pathOf(unknownWorkflow) };

describe('204', () => {
  it('takes the workflow away, and no other', async () => {
    const other = await storedWorkflow(api.home);
    const answer = await remove();
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await loadWorkflows(api.home.backend)).map((each) => each.id)).toEqual([other.id]);
  });

  it('leaves its executions to be read, and those that run with their steps', async () => {
    const begun = (await api.send('POST', `${pathOf(id)}/execute`)).body;
    await remove();
    const { body } = await api.send('GET', `${pathOf(id)}/executions`);
    expect(body.executions).toEqual([begun]);
    const execution = await api.send('GET', `${pathOf(id)}/executions/${begun.execution_id}`);
    expect([execution.status, Object.keys(execution.body.steps)]).toEqual([200, ['a', 'b', 'c', 'd']]);
    const cancelled = await api.send('POST', `${pathOf(id)}/executions/${begun.execution_id}/cancel`);
    expect(cancelled.status).toBe(202);
  });

  it('is given once to those who delete it at the same time', async () => {
    const answers = await Promise.all([remove(), remove(), remove()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404, 404]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for what is no id', async () => {
    const answer = await remove('x');
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('path.id');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no workflow has, and for one that was deleted before', async () => {
    expectRefusal(await remove(unknownWorkflow), 404, 'NOT_FOUND');
    await remove();
    expectRefusal(await remove(), 404, 'NOT_FOUND');
    expectRefusal(await api.send('POST', `${pathOf(id)}/execute`), 404, 'NOT_FOUND');
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request));
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
