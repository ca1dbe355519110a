import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endExecution } from '../../../functions/workflows/end-execution.ts';
import { type Execution, type StepRecord, skippedStep } from '../../../functions/workflows/execution.ts';
import { changeExecution, loadSteps } from '../../../functions/workflows/execution-store.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';
import { deleteWorkflow, replaceWorkflow } from '../../../functions/workflows/workflow-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { Death, dyingBackend } from '../pipelines/dying-backend.ts';
import {
  completed,
  definitionOf,
  executionNow,
  record,
  step,
  storedExecution,
  storedWorkflow,
  storeSteps,
  unknownExecution,
} from './workflow-api.ts';

let home: TestHome;
let workflow: Workflow;
beforeEach(async () => {
  home = await openHome();
  workflow = await storedWorkflow(home);
});
afterEach(() => home.close());

const failed = (name: string) =>
  record(name, { status: 'failed', completedMs: 2, error: { code: 'TIMEOUT', message: 'It took too long.' } });
const whole = ['a', 'b', 'c', 'd'].map((name) => completed(name));
const broken = { code: 'INTERNAL', message: 'Broken off.' } as const;
const typesPublished = () => home.published.map(({ type }) => type);
const stepsNow = ({ id }: Execution) => loadSteps(home.backend, id);

async function stored(records: StepRecord[], fields: Partial<Execution> = {}): Promise<Execution> {
  const execution = await storedExecution(home, workflow, fields);
  await storeSteps(home, execution, records);
  home.clock.advance(1234);
  return execution;
}

describe('an execution whose steps have ended', () => {
  it('is completed, and that is published once', async () => {
    const cause = { type: 'event', reference: 'evt_1' } as const;
    const execution = await stored(whole, { cause, chain: ['wf_1', workflow.id] });
    const ended = await endExecution(home, execution.id);
    expect(ended).toMatchObject({ status: 'completed', error: null, completedMs: home.clock.now() });
    expect(await executionNow(home, execution)).not.toHaveProperty('unfinished');
    expect(home.published).toMatchObject([
      {
        type: 'workflow.completed',
        data: {
          workflow_id: workflow.id,
          execution_id: execution.id,
          name: 'diamond',
          version: 1,
          trigger: 'event',
          chain: ['wf_1', workflow.id],
          duration_ms: 1234,
          steps: { completed: 4, failed: 0, skipped: 0 },
        },
      },
    ]);
  });

  it('has failed with its step, and that is published', async () => {
    const skipped = ['b', 'c', 'd'].map((name) => skippedStep(name, 'dependency_failed', 3));
    const execution = await stored([failed('a'), ...skipped]);
    const error = { code: 'TIMEOUT', step: 'a', message: 'It took too long.' };
    expect(await endExecution(home, execution.id)).toMatchObject({ status: 'failed', error });
    expect(home.published).toMatchObject([
      { type: 'workflow.failed', data: { error, steps: { completed: 0, failed: 1, skipped: 3 } } },
    ]);
  });

  it('is cancelled, which is published as a failure with that code', async () => {
    const skipped = ['b', 'c', 'd'].map((name) => skippedStep(name, 'cancelled', 3));
    const execution = await stored([completed('a'), ...skipped], { cancelRequestedMs: 2 });
    expect((await endExecution(home, execution.id)).status).toBe('cancelled');
    expect(home.published).toMatchObject([{ type: 'workflow.failed', data: { error: { code: 'CANCELLED' } } }]);
  });

  it('ends by the definition that it began with, though the workflow was changed or deleted', async () => {
    const execution = await stored(whole);
    await replaceWorkflow(home.backend, workflow.id, definitionOf({ name: 'other', steps: [step('x')] }));
    await deleteWorkflow(home.backend, workflow.id);
    expect((await endExecution(home, execution.id)).status).toBe('completed');
    expect(home.published).toMatchObject([{ data: { name: 'diamond', version: 1 } }]);
  });

  it('ends once: a repeat changes and publishes nothing', async () => {
    const execution = await stored(whole);
    const ended = await endExecution(home, execution.id);
    const before = await executionNow(home, execution);
    home.clock.advance(60_000);
    expect(await endExecution(home, execution.id, broken)).toMatchObject({ ...before, status: ended.status });
    expect(await executionNow(home, execution)).toEqual(before);
    expect(typesPublished()).toEqual(['workflow.completed']);
  });

  it('ends one way whoever ends it at the same time, and is published under one id', async () => {
    const execution = await stored(whole);
    const ends = await Promise.all([1, 2, 3].map(() => endExecution(home, execution.id)));
    expect(new Set(ends.map(({ status, completedMs }) => `${status} ${completedMs}`)).size).toBe(1);
    expect(new Set(home.published.map(({ id }) => id)).size).toBe(1);
  });

  it('takes a cancellation that comes while it ends into account: its end stands', async () => {
    const execution = await stored(whole);
    const executions = home.backend.table('executions');
    let isOvertaken = false;
    const put = async (...args: Parameters<typeof executions.put>) => {
      if (!isOvertaken) {
        isOvertaken = true;
        await changeExecution(home.backend, execution.id, (now) => ({ ...now, cancelRequestedMs: 7 }));
      }
      return executions.put(...args);
    };
    const table = (name: Parameters<typeof home.backend.table>[0]) =>
      name === 'executions' ? { ...executions, put } : home.backend.table(name);
    const ended = await endExecution({ backend: { ...home.backend, table } }, execution.id);
    expect(ended).toMatchObject({ status: 'completed', cancelRequestedMs: 7 });
  });

  it.each([0, 1, 2, 3, 4, 5])('ends the same after a death at write %i', async (writes) => {
    for (const isAnswerLost of [false, true]) {
      home.published.length = 0;
      const skipped = ['b', 'c', 'd'].map((name) => skippedStep(name, 'dependency_failed', 3));
      const execution = await stored([failed('a'), ...skipped]);
      const backend = dyingBackend(home.backend, writes, isAnswerLost);
      await endExecution({ backend }, execution.id).catch((error) => expect(error).toBeInstanceOf(Death));
      home.clock.advance(60_000);
      await endExecution(home, execution.id);
      expect(await executionNow(home, execution)).toMatchObject({ status: 'failed', error: { step: 'a' } });
      expect(await executionNow(home, execution)).not.toHaveProperty('unfinished');
      expect(home.published.length).toBeGreaterThan(0);
      expect(new Set(home.published.map(({ id, timestamp }) => `${id} ${timestamp}`)).size).toBe(1);
    }
  });
});

describe('an execution that broke off', () => {
  it('has failed, as have its steps under way; those that had not begun are as they were', async () => {
    const waiting = record('b', { nextAttemptMs: 99, attempts: 2 });
    const execution = await stored([completed('a'), waiting, record('c')]);
    const ended = await endExecution(home, execution.id, broken);
    expect(ended).toMatchObject({ status: 'failed', error: { ...broken, step: null } });
    const steps = await stepsNow(execution);
    expect([...steps.keys()].sort()).toEqual(['a', 'b', 'c']);
    expect(steps.get('a')).toEqual(completed('a'));
    const failedNow = { status: 'failed', error: broken, completedMs: home.clock.now(), nextAttemptMs: null };
    expect(steps.get('b')).toEqual({ ...waiting, ...failedNow });
    expect(steps.get('c')).toEqual(record('c', failedNow as Partial<StepRecord>));
    expect(home.published).toMatchObject([
      { type: 'workflow.failed', data: { error: broken, steps: { completed: 1, failed: 2, skipped: 0 } } },
    ]);
  });

  it('is one whose steps have not all ended, though nobody says so', async () => {
    const execution = await stored([completed('a')]);
    expect(await endExecution(home, execution.id)).toMatchObject({
      status: 'failed',
      error: { code: 'INTERNAL', step: null, message: 'The execution was broken off.' },
    });
  });

  it('keeps the end of a step that came just before', async () => {
    const execution = await stored([record('a')]);
    const executions = home.backend.table('executions');
    const put = async (...args: Parameters<typeof executions.put>) => {
      if (args[0].sk === 'step#a')
        await executions.update({ pk: execution.id, sk: 'step#a' }, { set: { status: 'completed' } });
      return executions.put(...args);
    };
    const table = (name: Parameters<typeof home.backend.table>[0]) =>
      name === 'executions' ? { ...executions, put } : home.backend.table(name);
    await endExecution({ backend: { ...home.backend, table } }, execution.id, broken);
    expect((await stepsNow(execution)).get('a')?.status).toBe('completed');
    expect(home.published).toMatchObject([{ data: { steps: { completed: 1, failed: 0, skipped: 0 } } }]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('ends the same after a death at write %i', async (writes) => {
    for (const isAnswerLost of [false, true]) {
      home.published.length = 0;
      const execution = await stored([completed('a'), record('b'), record('c')]);
      const backend = dyingBackend(home.backend, writes, isAnswerLost);
      await endExecution({ backend }, execution.id, broken).catch((error) => expect(error).toBeInstanceOf(Death));
      await endExecution(home, execution.id, broken);
      expect(await executionNow(home, execution)).toMatchObject({ status: 'failed', error: { ...broken, step: null } });
      expect(await executionNow(home, execution)).not.toHaveProperty('unfinished');
      const steps = await stepsNow(execution);
      expect(['a', 'b', 'c'].map((name) => steps.get(name)?.status)).toEqual(['completed', 'failed', 'failed']);
      expect(new Set(home.published.map(({ id, data }) => JSON.stringify([id, data]))).size).toBe(1);
    }
  });
});

it('an execution that is not there cannot end', async () => {
  await expect(endExecution(home, unknownExecution)).rejects.toThrow(unknownExecution);
});
