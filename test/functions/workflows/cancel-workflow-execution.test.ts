import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cancelWorkflowExecutionContract } from '../../../functions/workflows/contract.ts';
import { withEnd } from '../../../functions/workflows/execution.ts';
import { changeExecution } from '../../../functions/workflows/execution-store.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';
import type { TestApi } from '../open-api.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import {
  executionNow,
  openWorkflowApi,
  storedExecution,
  storedWorkflow,
  unknownExecution,
  unknownWorkflow,
  workflowsPath,
} from './workflow-api.ts';

let api: TestApi;
let workflow: Workflow;
beforeEach(async () => {
  api = await openWorkflowApi();
  workflow = await storedWorkflow(api.home);
});
afterEach(() => api.close());

const pathOf = (id: string, of = workflow.id) => `${workflowsPath}/${of}/executions/${id}/cancel`;
const cancel = (id: string, of?: string) => api.send('POST', pathOf(id, of));
const request = () => ({ method: 'POST', path: pathOf(unknownExecution) });

describe('202', () => {
  it('notes when the cancellation was asked for; the execution still runs', async () => {
    const { id } = await storedExecution(api.home, workflow);
    api.home.clock.advance(1_234);
    const { status, body } = await cancel(id);
    expect(status).toBe(202);
    expect(cancelWorkflowExecutionContract.answers.accepted.body.parse(body)).toEqual(body);
    const now = new Date(api.home.clock.now()).toISOString();
    expect(body).toMatchObject({ execution_id: id, status: 'running', cancel_requested_at: now, completed_at: null });
  });

  it('is given again with the time of the first request', async () => {
    const { id } = await storedExecution(api.home, workflow);
    const first = await cancel(id);
    api.home.clock.advance(60_000);
    const again = await cancel(id);
    expect([again.status, again.body]).toEqual([202, first.body]);
  });

  it('is given to everyone who asks at the same time, and notes one time', async () => {
    const { id } = await storedExecution(api.home, workflow);
    const answers = await Promise.all(Array.from({ length: 5 }, () => cancel(id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(202));
    expect((await executionNow(api.home, { id })).writes).toBe(1);
  });

  it('takes an empty JSON object as body', async () => {
    const { id } = await storedExecution(api.home, workflow);
    expect((await api.send('POST', pathOf(id), { body: {} })).status).toBe(202);
  });
});

describe('200', () => {
  it('is given for an execution that was cancelled before, and changes nothing', async () => {
    const { id } = await storedExecution(api.home, workflow, { status: 'cancelled', cancelRequestedMs: 5 });
    const before = await executionNow(api.home, { id });
    const { status, body } = await cancel(id);
    expect([status, body.status]).toEqual([200, 'cancelled']);
    expect(await executionNow(api.home, { id })).toEqual(before);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    ['x', unknownExecution, 'path.id'],
    [unknownWorkflow, 'x', 'path.execution_id'],
  ])('is given for what is no id: %s %s', async (of, id, path) => {
    const answer = await cancel(id, of);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(path);
  });

  it('is given for a body with anything in it', async () => {
    const answer = await api.send('POST', pathOf(unknownExecution), { body: { force: true } });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('body.force');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no execution has, and for one of another workflow, which goes on', async () => {
    expectRefusal(await cancel(unknownExecution), 404, 'NOT_FOUND');
    const execution = await storedExecution(api.home, await storedWorkflow(api.home));
    expectRefusal(await cancel(execution.id), 404, 'NOT_FOUND');
    expect(await executionNow(api.home, execution)).toEqual(execution);
  });
});

describe('409 CONFLICT', () => {
  it.each(['completed', 'failed'] as const)('is given for an execution that has %s', async (status) => {
    const { id } = await storedExecution(api.home, workflow, { status });
    const answer = await cancel(id);
    expectRefusal(answer, 409, 'CONFLICT');
    expect(answer.body.error.message).toBe(`The execution has ${status}.`);
  });

  it('is given for one that ended though its cancellation was asked for', async () => {
    const { id } = await storedExecution(api.home, workflow);
    await cancel(id);
    await changeExecution(api.home.backend, id, (now) => withEnd(now, { status: 'completed', error: null }, 9));
    expectRefusal(await cancel(id), 409, 'CONFLICT');
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
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request(), 'executions'));
});
