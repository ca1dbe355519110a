import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idFrom } from '../../../functions/core/ids.ts';
import { keptValue } from '../../../functions/workflows/large-value.ts';
import { type Launch, launchExecution } from '../../../functions/workflows/launch-execution.ts';
import { reconcileExecutions } from '../../../functions/workflows/tasks/reconcile-executions.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { Death, dyingBackend } from '../pipelines/dying-backend.ts';
import { executionNow, large, storedWorkflow } from './workflow-api.ts';

let home: TestHome;
let workflow: Workflow;
let launch: Launch;
beforeEach(async () => {
  home = await openHome();
  workflow = await storedWorkflow(home);
  const trigger = { type: 'webhook', reference: 'delivery-1' } as const;
  const id = idFrom('exec', home.clock.now() - 5000, 'x');
  launch = { id, workflow, event: { branch: 'main' }, trigger, chain: ['wf_before'] };
});
afterEach(() => home.close());

const run = () => home.backend.machine('workflow').describe(launch.id);

describe('launching an execution', () => {
  it('stores it, and starts it', async () => {
    await launchExecution(home, launch);
    expect(await executionNow(home, launch)).toEqual({
      id: launch.id,
      workflowId: workflow.id,
      workflowName: 'diamond',
      version: 1,
      definitionKey: workflow.definitionKey,
      status: 'running',
      cause: launch.trigger,
      event: { value: { branch: 'main' } },
      chain: ['wf_before', workflow.id],
      createdMs: home.clock.now() - 5000,
      begunMs: home.clock.now(),
      completedMs: null,
      cancelRequestedMs: null,
      driver: 0,
      error: null,
      unfinished: 'execution',
      writes: 0,
    });
    expect(await run()).toEqual({ status: 'RUNNING' });
  });

  it('a second time with the same id changes nothing, though the workflow has changed', async () => {
    await launchExecution(home, launch);
    const before = await executionNow(home, launch);
    await launchExecution(home, { ...launch, workflow: { ...workflow, version: 2, definitionKey: 'definition#2' } });
    expect(await executionNow(home, launch)).toEqual(before);
  });

  it('by several at the same time makes one execution', async () => {
    await Promise.all([1, 2, 3].map(() => launchExecution(home, { ...launch, event: large() })));
    const execution = await executionNow(home, launch);
    expect([execution.writes, await keptValue(home.backend, execution.event)]).toEqual([0, large()]);
    expect(await run()).toEqual({ status: 'RUNNING' });
  });

  it.each([
    [0, false],
    [0, true],
    [1, false],
    [1, true],
  ])('comes to the same when it is done again after a death at write %i, its answer lost: %s', async (...death) => {
    const backend = dyingBackend(home.backend, ...death);
    await expect(launchExecution({ backend }, { ...launch, event: large() })).rejects.toThrow(Death);
    await launchExecution(home, { ...launch, event: large() });
    const execution = await executionNow(home, launch);
    expect(await keptValue(home.backend, execution.event)).toEqual(large());
    expect(await run()).toEqual({ status: 'RUNNING' });
  });

  it('that died before the start is finished by the reconciliation', async () => {
    const machine = () => ({ ...home.backend.machine('workflow'), start: () => Promise.reject(new Death()) });
    await expect(launchExecution({ backend: { ...home.backend, machine } }, launch)).rejects.toThrow(Death);
    expect(await run()).toBeUndefined();
    expect(await reconcileExecutions.run(null, home)).toEqual({ reconciled: 1 });
    expect(await run()).toEqual({ status: 'RUNNING' });
  });
});
