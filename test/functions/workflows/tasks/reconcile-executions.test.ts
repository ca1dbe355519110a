import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../../backend/backend.ts';
import { endExecution } from '../../../../functions/workflows/end-execution.ts';
import type { Execution } from '../../../../functions/workflows/execution.ts';
import { reconcileExecutions } from '../../../../functions/workflows/tasks/reconcile-executions.ts';
import type { Workflow } from '../../../../functions/workflows/workflow.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { Death, dyingBackend } from '../../pipelines/dying-backend.ts';
import { completed, executionNow, record, step, storedExecution, storedWorkflow, storeSteps } from '../workflow-api.ts';

let home: TestHome;
let workflow: Workflow;
/** What the tasks of the state machine do; they hang unless told. */
let task: ((placeholder: string) => Promise<Json>) | undefined;
beforeEach(async () => {
  task = undefined;
  home = await openHome({ task: (placeholder) => task?.(placeholder) });
  workflow = await storedWorkflow(home, { name: 'single', steps: [step('a')] });
});
afterEach(() => home.close());

const reconcile = () => reconcileExecutions.run(null, home);
const run = ({ id }: { id: string }) => home.backend.machine('workflow').describe(id);
const start = ({ id }: Execution) => home.backend.machine('workflow').start(id, { execution_id: id });

describe('the reconciliation', () => {
  it('leaves an execution alone whose run goes on, also one that has ended and is about to publish it', async () => {
    const execution = await storedExecution(home, workflow);
    const ended = await storedExecution(home, workflow, { status: 'completed', completedMs: 5 });
    await start(execution);
    await start(ended);
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect([await executionNow(home, execution), await executionNow(home, ended)]).toEqual([execution, ended]);
    expect(home.published).toEqual([]);
  });

  it('starts an execution that was never started, once', async () => {
    const execution = await storedExecution(home, workflow);
    expect(await reconcile()).toEqual({ reconciled: 1 });
    expect(await run(execution)).toEqual({ status: 'RUNNING' });
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect(await executionNow(home, execution)).toEqual(execution);
  });

  it('ends an execution whose run failed, with its step under way, and publishes that', async () => {
    task = () => Promise.reject(new Error('no task works'));
    const execution = await storedExecution(home, workflow);
    await storeSteps(home, execution, [record('a')]);
    await start(execution);
    await expect.poll(async () => (await run(execution))?.status, { interval: 5 }).toBe('FAILED');
    expect(await reconcile()).toEqual({ reconciled: 1 });
    expect(await executionNow(home, execution)).toMatchObject({ status: 'failed', error: { code: 'INTERNAL' } });
    expect(home.published).toMatchObject([{ type: 'workflow.failed', data: { steps: { failed: 1 } } }]);
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect(home.published).toHaveLength(1);
  });

  it('leaves executions alone that have ended and were announced', async () => {
    const execution = await storedExecution(home, workflow);
    await storeSteps(home, execution, [completed('a')]);
    await endExecution(home, execution.id);
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect(home.published).toHaveLength(1);
  });

  it.each([1, 2, 3])('announces an end that was stored and cut short at write %i, with the same id', async (writes) => {
    const execution = await storedExecution(home, workflow);
    await storeSteps(home, execution, [completed('a')]);
    const dying = dyingBackend(home.backend, writes, false);
    await expect(endExecution({ backend: dying }, execution.id)).rejects.toThrow(Death);
    expect(await executionNow(home, execution)).toMatchObject({ status: 'completed', unfinished: 'execution' });
    home.clock.advance(300_000);
    expect(await reconcile()).toEqual({ reconciled: 1 });
    expect(new Set(home.published.map(({ id, timestamp }) => `${id} ${timestamp}`)).size).toBe(1);
    expect(home.published[0]).toMatchObject({ type: 'workflow.completed', data: { execution_id: execution.id } });
    const before = home.published.length;
    expect(await reconcile()).toEqual({ reconciled: 0 });
    expect(home.published).toHaveLength(before);
  });

  it('changes nothing when two of them run at the same time but what one of them would', async () => {
    const execution = await storedExecution(home, workflow);
    const ended = await storedExecution(home, workflow, { status: 'completed', completedMs: 5 });
    await Promise.all([reconcile(), reconcile()]);
    expect(await run(execution)).toEqual({ status: 'RUNNING' });
    expect(await executionNow(home, ended)).not.toHaveProperty('unfinished');
    expect(new Set(home.published.map(({ id }) => id)).size).toBe(1);
    expect(await reconcile()).toEqual({ reconciled: 0 });
  });

  it('reconciles the others when one of them cannot be', async () => {
    const [first, second] = [await storedExecution(home, workflow), await storedExecution(home, workflow)];
    const machine = home.backend.machine('workflow');
    const describeOrFail: typeof machine.describe = (name) =>
      name === first.id ? Promise.reject(new Error('throttled')) : machine.describe(name);
    const backend = { ...home.backend, machine: () => ({ ...machine, describe: describeOrFail }) };
    expect(await reconcileExecutions.run(null, { ...home, backend })).toEqual({ reconciled: 1 });
    expect(await run(second)).toEqual({ status: 'RUNNING' });
    expect(home.logLines.some((line) => line.includes(first.id) && line.includes('throttled'))).toBe(true);
  });
});
