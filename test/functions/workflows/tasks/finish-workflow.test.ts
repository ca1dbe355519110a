import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finishWorkflow } from '../../../../functions/workflows/tasks/finish-workflow.ts';
import type { Workflow } from '../../../../functions/workflows/workflow.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { dyingBackend } from '../../pipelines/dying-backend.ts';
import { completed, executionNow, step, storedExecution, storedWorkflow, storeSteps } from '../workflow-api.ts';

let home: TestHome;
let workflow: Workflow;
beforeAll(async () => {
  home = await openHome();
  workflow = await storedWorkflow(home, { name: 'single', steps: [step('a')] });
});
afterAll(() => home.close());
beforeEach(() => {
  home.published.length = 0;
});

async function stored() {
  const execution = await storedExecution(home, workflow);
  await storeSteps(home, execution, [completed('a')]);
  return execution;
}
const finish = (id: string, more: object = {}) =>
  finishWorkflow.run({ execution: { execution_id: id, ...more } }, home);

describe('the end of a run of the state machine', () => {
  it('ends its execution and publishes that; a repeat changes nothing', async () => {
    const { id } = await stored();
    expect(await finish(id, { outcome: { next: 'finish' } })).toEqual({ status: 'completed' });
    const ended = await executionNow(home, { id });
    home.clock.advance(60_000);
    expect(await finish(id)).toEqual({ status: 'completed' });
    expect(await executionNow(home, { id })).toEqual(ended);
    expect(home.published.map(({ type }) => type)).toEqual(['workflow.completed']);
  });

  it('ends an execution whose driver failed for good as INTERNAL; the log names the reason, and no more', async () => {
    const { id } = await storedExecution(home, workflow);
    const broken_off = { Error: 'States.Timeout', Cause: 'secret-cause' };
    expect(await finish(id, { broken_off })).toEqual({ status: 'failed' });
    const message = 'The execution was broken off: driving it failed again and again.';
    expect((await executionNow(home, { id })).error).toEqual({ code: 'INTERNAL', step: null, message });
    expect(home.published).toMatchObject([{ type: 'workflow.failed', data: { execution_id: id } }]);
    expect(home.logLines.some((line) => line.includes(id) && line.includes('States.Timeout'))).toBe(true);
    expect(home.logLines.join('\n')).not.toContain('secret-cause');
  });

  it.each([0, 1, 2, 3])('after a death at write %i it comes about the same', async (writes) => {
    const { id } = await stored();
    const dying = { ...home, backend: dyingBackend(home.backend, writes, false) };
    await finishWorkflow.run({ execution: { execution_id: id } }, dying).catch(() => undefined);
    home.clock.advance(2_000);
    expect(await finish(id)).toEqual({ status: 'completed' });
    expect(new Set(home.published.map((event) => event.id)).size).toBe(1);
  });
});
