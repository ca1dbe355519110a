import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type StepRecord,
  skippedStep,
  withAnnouncement,
  withCancellation,
  withEnd,
} from '../../../functions/workflows/execution.ts';
import {
  changeExecution,
  createExecution,
  findExecution,
  loadSteps,
  storeStep,
  unfinishedExecutions,
} from '../../../functions/workflows/execution-store.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { completed, executionNow, record, storedExecution, storedWorkflow, unknownExecution } from './workflow-api.ts';

let home: TestHome;
let workflow: Workflow;
beforeEach(async () => {
  home = await openHome();
  workflow = await storedWorkflow(home);
});
afterEach(() => home.close());

const steps = ({ id }: { id: string }) => loadSteps(home.backend, id);
/** What not every store has for its own values. */
const odd = { large: 1e300, id: 12345678901234567000, '': JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) };

async function unfinished(): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of unfinishedExecutions(home.backend)) ids.push(id);
  return ids;
}

describe('an execution', () => {
  it('is found as it was stored, and stays so when it is stored again', async () => {
    const execution = await storedExecution(home, workflow, { event: { value: odd } });
    expect(await executionNow(home, execution)).toEqual(execution);
    await createExecution(home.backend, { ...execution, status: 'failed' });
    expect(await executionNow(home, execution)).toEqual(execution);
    const item = await home.backend.table('executions').get({ pk: execution.id, sk: 'execution' });
    expect(typeof item?.['event']).toBe('string');
  });

  it('is changed by everyone who changes it at the same time, each on what was there before', async () => {
    const execution = await storedExecution(home, workflow, { chain: [] });
    const add = (name: string) =>
      changeExecution(home.backend, execution.id, (now) => ({ ...now, chain: [...now.chain, name] }));
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(add));
    const { chain, writes } = await executionNow(home, execution);
    expect([chain.toSorted(), writes]).toEqual([['a', 'b', 'c', 'd', 'e'], 5]);
  });

  it('is not written by a rule that changes nothing', async () => {
    const execution = await storedExecution(home, workflow);
    expect(await changeExecution(home.backend, execution.id, (now) => now)).toEqual(execution);
    expect(await executionNow(home, execution)).toEqual(execution);
  });

  it('that is not there is not changed', async () => {
    expect(await changeExecution(home.backend, unknownExecution, (now) => ({ ...now }))).toBeUndefined();
    expect(await findExecution(home.backend, unknownExecution)).toBeUndefined();
  });

  it('either ends or takes a cancellation first; its end stands', async () => {
    for (let round = 0; round < 5; round += 1) {
      const execution = await storedExecution(home, workflow);
      const end = { status: 'completed', error: null } as const;
      await Promise.all([
        changeExecution(home.backend, execution.id, (now) => withCancellation(now, 5)),
        changeExecution(home.backend, execution.id, (now) => withEnd(now, end, 6)),
        changeExecution(home.backend, execution.id, (now) => withEnd(now, { status: 'failed', error: null }, 7)),
      ]);
      const now = await executionNow(home, execution);
      expect([6, 7]).toContain(now.completedMs);
      expect(now.status).toBe(now.completedMs === 6 ? 'completed' : 'failed');
    }
  });
});

describe('a step', () => {
  it('is found under its name, as it was stored', async () => {
    const execution = await storedExecution(home, workflow);
    const a = completed('a', { input: { value: odd }, output: { object: 'executions/x', bytes: 9000 } });
    const all = [a, record('toString'), skippedStep('Z-9_', 'cancelled', 4)];
    for (const each of all) await storeStep(home.backend, execution, each, undefined);
    expect(await steps(execution)).toEqual(new Map(all.map((each) => [each.name, each])));
    const item = await home.backend.table('executions').get({ pk: execution.id, sk: 'step#a' });
    expect([typeof item?.['input'], typeof item?.['output']]).toEqual(['string', 'string']);
  });

  it('begins once, whoever begins it at the same time', async () => {
    const execution = await storedExecution(home, workflow);
    const outcomes = await Promise.all(
      [1, 2, 3].map((startedMs) => storeStep(home.backend, execution, record('a', { startedMs }), undefined)),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await steps(execution)).get('a')?.startedMs).toBe(outcomes.indexOf(true) + 1);
  });

  it('ends once, and its end stands', async () => {
    const execution = await storedExecution(home, workflow);
    const [first, second] = [record('a'), record('a', { attempts: 2 })];
    const store = (step: StepRecord, before: StepRecord) => storeStep(home.backend, execution, step, before);
    expect(await store(completed('a'), first)).toBe(false);
    await storeStep(home.backend, execution, first, undefined);
    expect(await store(second, first)).toBe(true);
    const outcomes = await Promise.all([1, 2, 3].map((completedMs) => store(completed('a', { completedMs }), second)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await steps(execution)).get('a')?.completedMs).toBe(outcomes.indexOf(true) + 1);
    expect(await store(record('a'), second)).toBe(false);
  });

  it('is no longer stored by a call of the driver that another has taken over from', async () => {
    const execution = await storedExecution(home, workflow);
    const [mine, theirs] = [record('a', { driver: 1 }), record('a', { driver: 2 })];
    await storeStep(home.backend, execution, mine, undefined);
    expect(await storeStep(home.backend, execution, theirs, mine)).toBe(true);
    expect(await storeStep(home.backend, execution, completed('a', { driver: 1 }), mine)).toBe(false);
    expect((await steps(execution)).get('a')).toEqual(theirs);
  });

  it('is one of its own execution only', async () => {
    const [one, other] = [await storedExecution(home, workflow), await storedExecution(home, workflow)];
    await storeStep(home.backend, one, record('a'), undefined);
    expect(await steps(other)).toEqual(new Map());
  });
});

describe('unfinished executions', () => {
  it('are those whose end was not published, oldest first, on however many pages', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 103; index += 1) ids.push((await storedExecution(home, workflow)).id);
    const [first = '', second = ''] = ids;
    const end = { status: 'completed', error: null } as const;
    await changeExecution(home.backend, first, (now) => withAnnouncement(withEnd(now, end, 5)));
    await changeExecution(home.backend, second, (now) => withEnd(now, end, 5));
    expect(await unfinished()).toEqual(ids.slice(1));
  });
});
