import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getWorkflowExecutionContract } from '../../../functions/workflows/contract.ts';
import { type Execution, type StepRecord, skippedStep } from '../../../functions/workflows/execution.ts';
import { changeExecution, createExecution } from '../../../functions/workflows/execution-store.ts';
import { keepValue } from '../../../functions/workflows/large-value.ts';
import { maskedJson } from '../../../functions/workflows/masked-json.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';
import type { TestApi } from '../open-api.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import {
  completed,
  large,
  openWorkflowApi,
  record,
  step,
  storedExecution,
  storedWorkflow,
  storeSteps,
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

const pathOf = (id: string, of = workflow.id) => `${workflowsPath}/${of}/executions/${id}`;
const get = (id: string, of?: string) => api.send('GET', pathOf(id, of));
const request = () => ({ method: 'GET', path: pathOf(unknownExecution) });
const isoOf = (timeMs: number) => new Date(timeMs).toISOString();

/** What an execution with these steps shows. */
async function shown(records: StepRecord[], fields: Partial<Execution> = {}) {
  const execution = await storedExecution(api.home, workflow, fields);
  await storeSteps(api.home, execution, records);
  const { status, body } = await get(execution.id);
  expect(status).toBe(200);
  expect(getWorkflowExecutionContract.answers.ok.body.parse(body)).toEqual(body);
  return body;
}

/** What a link of an answer leads to. */
async function linked(url: string): Promise<unknown> {
  const found = await api.home.objects.readSigned(url.replace('http://orchestrator.test', ''));
  return 'body' in found ? JSON.parse(Buffer.from(found.body).toString()) : found;
}

const nothing = {
  attempts: 0,
  interrupted: 0,
  input: null,
  input_url: null,
  output: null,
  output_url: null,
  error: null,
  skip_reason: null,
  started_at: null,
  completed_at: null,
  duration_ms: null,
};

describe('200', () => {
  it('shows the execution as lists do, with its event and its steps in the order of the definition', async () => {
    const execution = await storedExecution(api.home, workflow, { event: { value: { branch: 'main' } } });
    const { body } = await get(execution.id);
    const { event, event_url, steps, ...entry } = body;
    expect([event, event_url]).toEqual([{ branch: 'main' }, null]);
    expect((await api.send('GET', `${workflowsPath}/${workflow.id}/executions`)).body.executions).toEqual([entry]);
    expect(Object.entries(steps)).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => [name, { status: 'pending', ...nothing }]),
    );
  });

  it('shows a step that runs, also while it waits for its next attempt', async () => {
    const input = { value: { path: '/api/v1/scan', body: { n: 1 } } };
    const { steps } = await shown([record('a', { input, startedMs: 5, attempts: 2, nextAttemptMs: 9 })]);
    expect(steps.a).toEqual({
      ...nothing,
      status: 'running',
      attempts: 2,
      input: { path: '/api/v1/scan', body: { n: 1 } },
      started_at: isoOf(5),
    });
    expect(steps.b.status).toBe('pending');
  });

  it('shows how often an attempt of a step was cut short, beside the attempts that count', async () => {
    const { steps } = await shown([completed('a', { attempts: 2, cutShort: 1 }), record('b', { cutShort: 3 })]);
    expect(steps.a).toMatchObject({ attempts: 2, interrupted: 1 });
    expect(steps.b).toMatchObject({ attempts: 1, interrupted: 3 });
  });

  it('shows what a step sent and what was answered, whatever that is', async () => {
    const input = { value: { path: '/x', body: null } };
    const outputs = [{ nested: [1, null, 'x'] }, 'text', 0, false];
    const records = outputs.map((value, at) =>
      completed('abcd'[at] as string, { input, output: { value }, startedMs: 1000, completedMs: 1234 }),
    );
    const { steps } = await shown(records);
    expect(Object.values(steps)).toEqual(
      outputs.map((output) => ({
        ...nothing,
        status: 'completed',
        attempts: 1,
        input: { path: '/x', body: null },
        output,
        started_at: isoOf(1000),
        completed_at: isoOf(1234),
        duration_ms: 234,
      })),
    );
  });

  it('shows why steps failed and were skipped', async () => {
    const error = { code: 'STEP_FAILED', message: 'It answered 500.' };
    const { steps } = await shown([
      record('a', { status: 'failed', error, attempts: 3, completedMs: 4 }),
      skippedStep('b', 'dependency_failed', 4),
      skippedStep('c', 'condition_not_met', 4),
      skippedStep('d', 'dependency_skipped', 5),
    ]);
    expect(steps.a).toMatchObject({ status: 'failed', error, attempts: 3, output: null, duration_ms: 3 });
    const skipped = { ...nothing, status: 'skipped', completed_at: isoOf(4) };
    expect(steps.b).toEqual({ ...skipped, skip_reason: 'dependency_failed' });
    expect(steps.c).toEqual({ ...skipped, skip_reason: 'condition_not_met' });
    expect(steps.d).toEqual({ ...skipped, skip_reason: 'dependency_skipped', completed_at: isoOf(5) });
  });

  it('shows steps that never began as skipped once the execution has broken off', async () => {
    const error = { code: 'INTERNAL', step: null, message: 'The execution was broken off.' };
    const { steps } = await shown([completed('a')], { status: 'failed', error });
    expect(steps.a.status).toBe('completed');
    expect(steps.b).toEqual({ ...nothing, status: 'skipped', skip_reason: 'broken_off' });
  });

  it('shows large values by a link that leads to them for an hour', async () => {
    const { backend } = api.home;
    const execution = await storedExecution(api.home, workflow);
    const { id } = execution;
    const event = await keepValue(backend, `executions/${id}/event`, large(10_000));
    await changeExecution(backend, id, (now) => ({ ...now, event }));
    const input = await keepValue(backend, `executions/${id}/a/input`, { path: '/x', body: large(11_000) });
    const output = await keepValue(backend, `executions/${id}/a/output`, large(12_000));
    await storeSteps(api.home, execution, [completed('a', { input, output })]);
    const { body } = await get(id);
    const { a } = body.steps;
    expect([body.event, a.input, a.output]).toEqual([null, null, null]);
    expect(await linked(body.event_url)).toEqual(large(10_000));
    expect(await linked(a.input_url)).toEqual({ path: '/x', body: large(11_000) });
    expect(await linked(a.output_url)).toEqual(large(12_000));
    api.home.clock.advance(3_601_000);
    expect(await linked(a.output_url)).toEqual({ outcome: 'refused' });
    expect(await linked((await get(id)).body.steps.a.output_url)).toEqual(large(12_000));
  });

  it('holds no secret that a step sent', async () => {
    const sent = { path: '/x?token=hidden-1&n=1', body: { password: 'hidden-2', auth: { value: 'hidden-3' }, n: 1 } };
    const input = { value: maskedJson(sent) };
    const execution = await storedExecution(api.home, workflow);
    await storeSteps(api.home, execution, [completed('a', { input })]);
    const { text, body } = await get(execution.id);
    expect(text).not.toContain('hidden');
    expect(body.steps.a.input).toEqual({ path: '/x?token=***&n=1', body: { password: '***', auth: '***', n: 1 } });
  });

  it('shows steps whose names objects have by themselves', async () => {
    const names = ['toString', 'hasOwnProperty', '0'];
    const other = await storedWorkflow(api.home, { name: 'odd', steps: names.map((name) => step(name)) });
    const { id } = await storedExecution(api.home, other);
    const { body } = await get(id, other.id);
    expect(Object.keys(body.steps).sort()).toEqual([...names].sort());
  });

  it('shows all of 200 steps', async () => {
    const names = Array.from({ length: 200 }, (_, at) => `s${at}`);
    const wide = await storedWorkflow(api.home, { name: 'wide', steps: names.map((name) => step(name)) });
    const execution = await storedExecution(api.home, wide);
    await storeSteps(
      api.home,
      execution,
      names.map((name) => completed(name, { output: { value: { name } } })),
    );
    const { steps } = (await get(execution.id, wide.id)).body;
    expect(names.map((name) => steps[name].output.name)).toEqual(names);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    ['x', unknownExecution, 'path.id'],
    [unknownWorkflow, 'x', 'path.execution_id'],
    [unknownWorkflow, unknownWorkflow, 'path.execution_id'],
  ])('is given for what is no id: %s %s', async (of, id, path) => {
    const answer = await get(id, of);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(path);
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no execution has, and for one of another workflow', async () => {
    expectRefusal(await get(unknownExecution), 404, 'NOT_FOUND');
    expectRefusal(await get(unknownExecution, unknownWorkflow), 404, 'NOT_FOUND');
    const { id } = await storedExecution(api.home, await storedWorkflow(api.home));
    expectRefusal(await get(id), 404, 'NOT_FOUND');
  });

  it('is given after 90 days', async () => {
    const execution = await storedExecution(api.home, workflow);
    await createExecution(api.home.backend, execution);
    api.home.clock.advance(90 * 24 * 3_600_000 + 1000);
    expectRefusal(await get(execution.id), 404, 'NOT_FOUND');
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
