import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listWorkflowsContract } from '../../../functions/workflows/contract.ts';
import type { TestApi } from '../open-api.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { diamond, openWorkflowApi, workflowsPath as path, storedWorkflow } from './workflow-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openWorkflowApi();
});
afterEach(() => api.close());

const request = { method: 'GET', path };
const list = (query: Record<string, string> = {}) => api.send('GET', `${path}?${new URLSearchParams(query)}`);
const idsOf = ({ body }: { body: { workflows: { id: string }[] } }) => body.workflows.map(({ id }) => id);

async function stored(): Promise<string> {
  api.home.clock.advance(1000);
  return (await storedWorkflow(api.home)).id;
}

describe('200', () => {
  it('is an empty page where there are none', async () => {
    const { status, body } = await list();
    expect([status, body]).toEqual([200, { workflows: [], next_cursor: null }]);
  });

  it('lists the newest first, without their steps, 20 unless told', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 21; index += 1) ids.unshift(await stored());
    const { status, body } = await list();
    expect([status, idsOf({ body })]).toEqual([200, ids.slice(0, 20)]);
    expect(listWorkflowsContract.answers.ok.body.parse(body)).toEqual(body);
    const { steps, ...byItself } = (await api.send('GET', `${path}/${ids[0]}`)).body;
    expect(body.workflows[0]).toEqual({ ...byItself, step_count: steps.length });
  });

  it('goes on with the cursor to the end, each workflow once, while new ones come and others go', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift(await stored());
    const first = await list({ limit: '2' });
    await stored();
    await api.send('DELETE', `${path}/${ids[1]}`);
    const second = await list({ limit: '2', cursor: first.body.next_cursor });
    const third = await list({ limit: '2', cursor: second.body.next_cursor });
    expect([first, second, third].flatMap(idsOf)).toEqual(ids);
    expect(third.body.next_cursor).toBeNull();
  });

  it('lists those since a time, inclusive', async () => {
    await stored();
    const second = await stored();
    const since = new Date(api.home.clock.now()).toISOString();
    const third = await stored();
    expect(idsOf(await list({ since }))).toEqual([third, second]);
  });

  it('shows a workflow where it was made, as it was changed', async () => {
    const [first, second] = [await stored(), await stored()];
    api.home.clock.advance(1000);
    await api.send('PUT', `${path}/${first}`, {
      body: { ...diamond, name: 'other', steps: diamond.steps.slice(0, 1) },
    });
    const { body } = await list();
    expect(idsOf({ body })).toEqual([second, first]);
    expect(body.workflows[1]).toMatchObject({ name: 'other', version: 2, step_count: 1 });
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    [{ limit: '0' }, 'query.limit'],
    [{ limit: '101' }, 'query.limit'],
    [{ since: 'yesterday' }, 'query.since'],
    [{ cursor: 'x' }, 'query.cursor'],
    [{ status: 'running' }, 'query.status'],
  ])('is given for a wrong parameter (%#)', async (query, field) => {
    const answer = await list(query as unknown as Record<string, string>);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(field);
  });

  it('is given for a cursor of another query', async () => {
    await stored();
    await stored();
    const { body } = await list({ limit: '1' });
    const since = new Date(0).toISOString();
    expectRefusal(await list({ since, cursor: body.next_cursor }), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', async () => {
    const limited = await openWorkflowApi({ RATE_LIMITS: 'read=2' });
    await expectLimited(limited, request, 2);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'workflows'));
});
