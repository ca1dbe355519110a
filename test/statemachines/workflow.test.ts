import { describe, expect, it } from 'vitest';
import { driveWorkflowTask, finishWorkflowTask } from '../../functions/workflows/task-contracts.ts';
import { readDefinition } from './definitions.ts';
import { describeCases } from './machine-cases.ts';
import { runMachine } from './run-machine.ts';
import { input, results, workflowCases } from './workflow-cases.ts';

const file = 'workflow.asl.json';
const runs = describeCases(file, workflowCases);
const { States: states } = readDefinition(file);

const gone = new Error('the table is gone');
const finish = { next: 'finish' };

describe('what tasks are given', () => {
  it('the driver gets the execution, and nothing else, however often it is called', () => {
    for (const { calls } of runs.all()) {
      for (const { state, input: given } of calls.filter((call) => call.state === 'Drive workflow'))
        expect(given, state).toEqual(input);
    }
  });

  it('the end gets the execution, and the error of a driver that failed for good', () => {
    for (const name of ['driving that fails for good leads to the end']) {
      expect(runs.of(name).calls.at(-1)).toMatchObject({
        state: 'Finish workflow',
        input: { execution: { ...input, broken_off: { Error: 'Error' } } },
      });
    }
  });

  it('the end of steps that were driven to it gets no error', () => {
    const driven = runs.all().filter(({ caught }) => caught.length === 0);
    expect(driven).toHaveLength(3);
    for (const { calls } of driven) {
      expect(calls.at(-1)?.input).toMatchObject({ execution: input });
      expect(calls.at(-1)?.input).not.toHaveProperty('execution.broken_off');
    }
  });
});

it('a wait lasts as long as the driver said', () => {
  const waits = Object.values(states).filter(({ Type }) => Type === 'Wait');
  expect(waits.map(({ SecondsPath }) => SecondsPath)).toEqual(['$.outcome.wait_seconds']);
});

it('a task has more time in the machine than its function has', () => {
  expect(states['Drive workflow']?.TimeoutSeconds).toBeGreaterThan(driveWorkflowTask.timeoutMs / 1000);
  expect(states['Finish workflow']?.TimeoutSeconds).toBeGreaterThan(finishWorkflowTask.timeoutMs / 1000);
});

describe('failures', () => {
  it('the driver is called seven times before the execution counts as broken off', () => {
    const { calls } = runs.of('driving that fails for good leads to the end');
    expect(calls.filter(({ state }) => state === 'Drive workflow')).toHaveLength(7);
  });

  it('functions that recover go on as if nothing had been', async () => {
    const wait = { next: 'wait', wait_seconds: 1 };
    const failingFirst = results([gone, gone, wait, gone, wait, finish], [gone, { status: 'completed' }]);
    const { path, caught, output } = await runMachine(file, { input, results: failingFirst });
    const undisturbed = runs.of('steps that wait are driven again after each wait');
    expect([path, caught, output]).toEqual([undisturbed.path, [], undisturbed.output]);
  });

  it('an end that is recorded at the eleventh try ends the execution', async () => {
    const ends = [...Array(10).fill(gone), { status: 'failed' }];
    const { output } = await runMachine(file, { input, results: results([finish], ends) });
    expect(output).toEqual({ status: 'failed' });
  });

  it('an end that cannot be recorded fails the run, for the reconciliation to see', async () => {
    await expect(runMachine(file, { input, results: results([finish], [gone]) })).rejects.toThrow();
  });
});

it('an execution whose steps end in one call costs at most five transitions', () => {
  expect(runs.of('steps that all end in one call lead to the end').path.length).toBeLessThanOrEqual(5);
});
