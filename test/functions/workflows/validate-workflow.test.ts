import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validateWorkflowContract } from '../../../functions/workflows/contract.ts';
import { loadWorkflows } from '../../../functions/workflows/workflow-store.ts';
import { referenceExamples } from '../../contracts/reference-examples.ts';
import type { TestApi } from '../open-api.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { diamond, openWorkflowApi, step, workflowsPath } from './workflow-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openWorkflowApi();
});
afterEach(() => api.close());

const path = `${workflowsPath}/validate`;
const request = { method: 'POST', path, body: diamond };

async function validate(body: unknown) {
  const answer = await api.send('POST', path, { body });
  expect(answer.status).toBe(200);
  expect(validateWorkflowContract.answers.ok.body.parse(answer.body)).toEqual(answer.body);
  return answer.body;
}

describe('200', () => {
  it('shows the order of the steps of the reference, and what can run at the same time', async () => {
    expect(await validate(referenceExamples.createWorkflow.request)).toEqual({
      valid: true,
      plan: [
        { step: 'analyze', depends_on: [], level: 0 },
        { step: 'scan', depends_on: [], level: 0 },
        { step: 'review', depends_on: ['analyze', 'scan'], level: 1 },
      ],
      problems: [],
      cycle: null,
    });
  });

  it('plans steps that are given before what they depend on, and counts the longest way to each', async () => {
    const { plan } = await validate({
      name: 'turned',
      steps: [
        step('last', { depends_on: ['first', 'second'] }),
        step('second', { depends_on: ['first'] }),
        step('first'),
      ],
    });
    expect(plan.map((each: { step: string; level: number }) => [each.step, each.level])).toEqual([
      ['first', 0],
      ['second', 1],
      ['last', 2],
    ]);
  });

  it('tells all problems, and no plan', async () => {
    const answer = await validate({ steps: [step('a', { service: 'nowhere' }), step('b', { depends_on: ['c'] })] });
    expect(answer).toMatchObject({ valid: false, plan: null, cycle: null });
    expect(answer.problems.map((problem: { path: string }) => problem.path).sort()).toEqual([
      'body.name',
      'body.steps.0.service',
      'body.steps.1.depends_on.0',
    ]);
  });

  it('tells a cycle', async () => {
    const steps = [step('a', { depends_on: ['b'] }), step('b', { depends_on: ['a'] })];
    expect(await validate({ name: 'round', steps })).toEqual({
      valid: false,
      plan: null,
      problems: [{ path: 'body.steps', message: 'depend on each other: a → b → a' }],
      cycle: ['a', 'b', 'a'],
    });
  });

  it.each([undefined, null, [], 5])('tells that a body is none: %j', async (none) => {
    expect(await validate(none)).toMatchObject({ valid: false, problems: [{ path: 'body' }] });
  });

  it('stores nothing', async () => {
    await validate(diamond);
    expect(await loadWorkflows(api.home.backend)).toEqual([]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for what is not JSON', async () => {
    expectRefusal(await api.send('POST', path, { body: '{' }), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
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
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'requests'));
});
