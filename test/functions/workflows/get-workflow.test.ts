import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getWorkflowContract } from '../../../functions/workflows/contract.ts';
import type { TestApi } from '../open-api.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { diamond, openWorkflowApi, storedWorkflow, unknownWorkflow, workflowsPath } from './workflow-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openWorkflowApi();
});
afterEach(() => api.close());

const get = (id: string) => api.send('GET', `${workflowsPath}/${id}`);
const request = { method: 'GET', path: `${workflowsPath}/${unknownWorkflow}` };

describe('200', () => {
  it('shows the workflow with its steps, as the contract says', async () => {
    const { id } = await storedWorkflow(api.home);
    const { status, body } = await get(id);
    expect(status).toBe(200);
    expect(getWorkflowContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toMatchObject({ ...diamond, id, version: 1 });
  });

  it('keeps templates as they are written', async () => {
    const steps = [{ ...diamond.steps[0], input: { commit: '{{event.sha}}', n: 1.5, nested: [{ x: null }] } }];
    const { id } = await storedWorkflow(api.home, { name: 'templates', steps });
    expect((await get(id)).body.steps[0].input).toEqual(steps[0]?.input);
  });

  it('shows the newest version', async () => {
    const { id } = await storedWorkflow(api.home);
    await api.send('PUT', `${workflowsPath}/${id}`, { body: { ...diamond, name: 'second' } });
    expect((await get(id)).body).toMatchObject({ name: 'second', version: 2 });
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each(['x', 'pipe_01jhnkp8r2c5d3v7w9x0y1z2a3', unknownWorkflow.toUpperCase(), 'a%2Fb', '%00'])(
    'is given for what is no id: %s',
    async (id) => {
      const answer = await get(id);
      expectRefusal(answer, 400, 'VALIDATION_ERROR');
      expect(answer.body.error.details[0].path).toBe('path.id');
    },
  );
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no workflow has, and for one that was deleted', async () => {
    expectRefusal(await get(unknownWorkflow), 404, 'NOT_FOUND');
    const { id } = await storedWorkflow(api.home);
    await api.send('DELETE', `${workflowsPath}/${id}`);
    expectRefusal(await get(id), 404, 'NOT_FOUND');
  });
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
