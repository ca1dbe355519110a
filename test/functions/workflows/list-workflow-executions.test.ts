import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listWorkflowExecutionsContract } from '../../../functions/workflows/contract.ts';
import type { Execution } from '../../../functions/workflows/execution.ts';
import { changeExecution } from '../../../functions/workflows/execution-store.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';
import type { TestApi } from '../open-api.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { openWorkflowApi, storedExecution, storedWorkflow, unknownWorkflow, workflowsPath } from './workflow-api.ts';

let api: TestApi;
let workflow: Workflow;
let path: string;
beforeEach(async () => {
  api = await openWorkflowApi();
  workflow = await storedWorkflow(api.home);
  path = `${workflowsPath}/${workflow.id}/executions`;
});
afterEach(() => api.close());

const request = () => ({ method: 'GET', path });
const list = (query: Record<string, string> = {}) => api.send('GET', `${path}?${new URLSearchParams(query)}`);
const idsOf = ({ body }: { body: { executions: { execution_id: string }[] } }) =>
  body.executions.map(({ execution_id }) => execution_id);

const stored = async (fields: Partial<Execution> = {}) => (await storedExecution(api.home, workflow, fields)).id;

describe('200', () => {
  it('is an empty page where there are none', async () => {
    const { status, body } = await list();
    expect([status, body]).toEqual([200, { executions: [], next_cursor: null }]);
  });

  it('lists the newest first, as the contract says, 20 unless told', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 21; index += 1) ids.unshift(await stored());
    const { status, body } = await list();
    expect([status, idsOf({ body })]).toEqual([200, ids.slice(0, 20)]);
    expect(listWorkflowExecutionsContract.answers.ok.body.parse(body)).toEqual(body);
  });

  it('shows how an execution began and ended; one that came late as old as its id, with the time that it took itself', async () => {
    const cause = { type: 'schedule', reference: '2025-01-15T10:30:00.000Z' } as const;
    const error = { code: 'STEP_FAILED', step: 'a', message: 'It answered 500.' };
    const execution = await storedExecution(api.home, workflow, { status: 'failed', cause, error, version: 3 });
    const begunMs = execution.createdMs + 40_000;
    const completedMs = begunMs + 1234;
    await changeExecution(api.home.backend, execution.id, (now) => ({ ...now, begunMs, completedMs }));
    expect((await list()).body.executions[0]).toEqual({
      execution_id: execution.id,
      workflow_id: workflow.id,
      workflow_version: 3,
      status: 'failed',
      trigger: cause,
      created_at: new Date(execution.createdMs).toISOString(),
      started_at: new Date(begunMs).toISOString(),
      completed_at: new Date(completedMs).toISOString(),
      duration_ms: 1234,
      cancel_requested_at: null,
      error,
    });
  });

  it('lists those of this workflow only', async () => {
    await storedExecution(api.home, await storedWorkflow(api.home));
    const id = await stored();
    expect(idsOf(await list())).toEqual([id]);
  });

  it('filters by status, by since inclusive, and by both', async () => {
    const a = await stored({ status: 'failed' });
    const b = await stored({ status: 'failed' });
    const since = new Date(api.home.clock.now()).toISOString();
    const c = await stored();
    expect(idsOf(await list({ status: 'failed' }))).toEqual([b, a]);
    expect(idsOf(await list({ since }))).toEqual([c, b]);
    expect(idsOf(await list({ since, status: 'failed' }))).toEqual([b]);
    expect(idsOf(await list({ status: 'cancelled' }))).toEqual([]);
  });

  it('finds an execution under the status that it has now', async () => {
    const id = await stored();
    await changeExecution(api.home.backend, id, (now) => ({ ...now, status: 'completed' }));
    expect(idsOf(await list({ status: 'running' }))).toEqual([]);
    expect(idsOf(await list({ status: 'completed' }))).toEqual([id]);
  });

  it('goes on with the cursor to the end under a filter, each execution once, while new ones come', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.unshift(await stored({ status: 'failed' }));
      await stored();
    }
    const query = { status: 'failed', limit: '2' };
    const first = await list(query);
    await stored({ status: 'failed' });
    const second = await list({ ...query, cursor: first.body.next_cursor });
    const third = await list({ ...query, cursor: second.body.next_cursor });
    expect([first, second, third].flatMap(idsOf)).toEqual(ids);
    expect(third.body.next_cursor).toBeNull();
  });

  it('goes on for a workflow that was deleted, also where a filter leaves none', async () => {
    const id = await stored();
    await api.send('DELETE', `${workflowsPath}/${workflow.id}`);
    expect(idsOf(await list())).toEqual([id]);
    expect((await list({ status: 'cancelled' })).status).toBe(200);
  });

  it('no longer shows an execution after 90 days', async () => {
    await stored();
    api.home.clock.advance(90 * 24 * 3_600_000 - 1000);
    expect((await list()).body.executions).toHaveLength(1);
    api.home.clock.advance(2000);
    expect((await list()).body.executions).toEqual([]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    [{ limit: '0' }, 'query.limit'],
    [{ limit: '101' }, 'query.limit'],
    [{ limit: 'x' }, 'query.limit'],
    [{ since: 'yesterday' }, 'query.since'],
    [{ cursor: 'x' }, 'query.cursor'],
    [{ status: 'pending' }, 'query.status'],
    [{ step: 'a' }, 'query.step'],
  ])('is given for a wrong parameter (%#)', async (query, field) => {
    const answer = await list(query as unknown as Record<string, string>);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(field);
  });

  it('is given for a cursor of another query', async () => {
    await stored();
    await stored();
    const { body } = await list({ limit: '1' });
    expectRefusal(await list({ status: 'running', cursor: body.next_cursor }), 400, 'VALIDATION_ERROR');
  });

  it('is given for what is no id', async () => {
    const answer = await api.send('GET', `${workflowsPath}/x/executions`);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('path.id');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no workflow has, and for a deleted one without executions', async () => {
    const answer = await api.send('GET', `${workflowsPath}/${unknownWorkflow}/executions`);
    expectRefusal(answer, 404, 'NOT_FOUND');
    await api.send('DELETE', `${workflowsPath}/${workflow.id}`);
    expectRefusal(await list(), 404, 'NOT_FOUND');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', async () => {
    const limited = await openWorkflowApi({ RATE_LIMITS: 'read=2' });
    await expectLimited(limited, request(), 2);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request(), 'executions'));
});
