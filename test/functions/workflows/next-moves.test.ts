import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkflowStep } from '../../../functions/workflows/definition.ts';
import { isEnded, type SkipReason, type StepRecord, skippedStep } from '../../../functions/workflows/execution.ts';
import { nextMoves } from '../../../functions/workflows/next-moves.ts';
import { planOf } from '../../../functions/workflows/plan.ts';
import { randomDag } from './random-dag.ts';
import { completed, definitionOf, diamond, record, step } from './workflow-api.ts';

const { steps } = definitionOf(diamond);
const failed = (name: string) => record(name, { status: 'failed', completedMs: 2 });

/** No step is under way that has no record. */
const nothing = new Set<string>();

function moves(records: StepRecord[], { of = steps, isCancelled = false } = {}) {
  const { start, skip } = nextMoves(of, new Map(records.map((each) => [each.name, each])), {
    isCancelled,
    underWay: nothing,
  });
  return { start: start.map(({ name }) => name), skip: skip.map(({ name, reason }) => `${name}: ${reason}`) };
}

describe('a step', () => {
  it('starts first of all where it depends on nothing', () => {
    expect(moves([])).toEqual({ start: ['a'], skip: [] });
  });

  it('starts as soon as all that it depends on has ended, whatever others do', () => {
    expect(moves([record('a')])).toEqual({ start: [], skip: [] });
    expect(moves([completed('a')])).toEqual({ start: ['b', 'c'], skip: [] });
    expect(moves([completed('a'), completed('b')])).toEqual({ start: ['c'], skip: [] });
    expect(moves([completed('a'), completed('b'), record('c')])).toEqual({ start: [], skip: [] });
    expect(moves([completed('a'), completed('b'), completed('c')])).toEqual({ start: ['d'], skip: [] });
    expect(moves(['a', 'b', 'c', 'd'].map((name) => completed(name)))).toEqual({ start: [], skip: [] });
  });

  it('is skipped at once with all that comes after it when what it depends on has failed', () => {
    const skip = ['b: dependency_failed', 'c: dependency_failed', 'd: dependency_skipped'];
    expect(moves([failed('a')])).toEqual({ start: [], skip });
    expect(moves([completed('a'), failed('b')])).toEqual({ start: ['c'], skip: ['d: dependency_failed'] });
    expect(moves([completed('a'), failed('b'), record('c')])).toEqual({ start: [], skip: ['d: dependency_failed'] });
  });

  it('is skipped when what it depends on was skipped', () => {
    const skipped = skippedStep('b', 'condition_not_met', 1);
    expect(moves([completed('a'), skipped])).toEqual({ start: ['c'], skip: ['d: dependency_skipped'] });
  });

  it('starts after a failure that is to be passed over', () => {
    const given = [step('a', { continue_on_error: true }), step('b', { depends_on: ['a'] })];
    const of = definitionOf({ name: 'on', steps: given }).steps;
    expect(moves([failed('a')], { of })).toEqual({ start: ['b'], skip: [] });
    expect(moves([record('a')], { of })).toEqual({ start: [], skip: [] });
  });

  it('is skipped once the execution is cancelled, unless it has begun', () => {
    const isCancelled = true;
    const skip = ['b: cancelled', 'c: cancelled', 'd: cancelled'];
    expect(moves([completed('a')], { isCancelled })).toEqual({ start: [], skip });
    expect(moves([record('a')], { isCancelled })).toEqual({ start: [], skip });
    expect(moves([failed('a'), record('b')], { isCancelled }).skip).toEqual(['c: cancelled', 'd: cancelled']);
  });
});

interface Scenario {
  /** In topological order. */
  steps: WorkflowStep[];
  failing: ReadonlySet<string>;
}

const scenario: fc.Arbitrary<Scenario> = randomDag().chain((dag) => {
  const names = dag.map(({ name }) => name);
  return fc.record({ passed: fc.subarray(names), failing: fc.subarray(names) }).map(({ passed, failing }) => {
    const given = new Map(dag.map((each) => [each.name, { ...each, continue_on_error: passed.includes(each.name) }]));
    const inOrder = planOf(dag).order.map((name) => given.get(name)) as WorkflowStep[];
    return { steps: inOrder, failing: new Set(failing) };
  });
});

/** Makes the moves that are possible, with every step that starts ending at once. Gives what was started. */
function move({ steps: all, failing }: Scenario, records: Map<string, StepRecord>): WorkflowStep[] {
  const { start, skip } = nextMoves(all, records, { isCancelled: false, underWay: nothing });
  const isReady = ({ depends_on }: WorkflowStep) =>
    depends_on.every((each) => isEnded(records.get(each) as StepRecord));
  expect(start.every(isReady)).toBe(true);
  for (const { name, reason } of skip) records.set(name, skippedStep(name, reason, 1));
  for (const { name } of start) records.set(name, failing.has(name) ? failed(name) : completed(name));
  return start;
}

/** Why a step may have been skipped; null where it must have run. */
function reasonsOf({ depends_on }: WorkflowStep, all: WorkflowStep[], records: Map<string, StepRecord>) {
  const dependencies = all.filter(({ name }) => depends_on.includes(name));
  const isOne = (status: string) => (each: WorkflowStep) => records.get(each.name)?.status === status;
  const reasons: SkipReason[] = [];
  if (dependencies.filter(isOne('failed')).some((each) => !each.continue_on_error)) reasons.push('dependency_failed');
  if (dependencies.some(isOne('skipped'))) reasons.push('dependency_skipped');
  return reasons.length > 0 ? reasons : [null];
}

describe('whatever the steps and their failures', () => {
  it('the moves come to an end with every step run once or skipped for a reason that holds', () => {
    const check = (given: Scenario) => {
      const records = new Map<string, StepRecord>();
      const started: WorkflowStep[] = [];
      for (let round = 0; round < given.steps.length; round += 1) started.push(...move(given, records));
      expect(records.size).toBe(given.steps.length);
      expect(new Set(started).size).toBe(started.length);
      for (const each of given.steps) {
        expect(reasonsOf(each, given.steps, records)).toContain(records.get(each.name)?.skipReason);
      }
    };
    fc.assert(fc.property(scenario, check), { numRuns: 50 });
  });
});
