import { describe, expect, it } from 'vitest';
import { readDefinition } from './definitions.ts';
import { describeCases } from './machine-cases.ts';
import { runMachine } from './run-machine.ts';
import { input, restartCases, results } from './service-restart-cases.ts';

const file = 'service-restart.asl.json';
const runs = describeCases(file, restartCases);

const gone = new Error('the container host is gone');
const end = 'Finish restart';

describe('what tasks are given', () => {
  it('each gets the operation, and nothing else', () => {
    for (const { calls } of runs.all()) {
      for (const { state, input: given } of calls.filter((call) => call.state !== end))
        expect(given, state).toEqual(input);
    }
  });

  it('the end gets the operation, and the error of a function that failed for good', () => {
    for (const task of ['preparing', 'applying', 'checking', 'rolling back']) {
      const { calls } = runs.of(`${task} that fails for good leads to the end`);
      expect(calls.at(-1), task).toMatchObject({
        state: end,
        input: { execution: { ...input, broken_off: { Error: 'Error' } } },
      });
    }
  });

  it('the end of a restart whose functions answered gets no error', () => {
    const answered = runs.all().filter(({ caught }) => caught.length === 0);
    expect(answered).not.toEqual([]);
    for (const { calls } of answered) {
      expect(calls.at(-1)?.input).toMatchObject({ execution: input });
      expect(calls.at(-1)?.input).not.toHaveProperty('execution.broken_off');
    }
  });
});

it('a wait lasts as long as the operation said', () => {
  const waits = Object.values(readDefinition(file).States).filter(({ Type }) => Type === 'Wait');
  expect(waits.map(({ SecondsPath }) => SecondsPath)).toEqual(['$.outcome.wait_seconds']);
});

describe('failures', () => {
  it.each([
    ['Prepare restart', 7, 'preparing'],
    ['Apply restart', 7, 'applying'],
    ['Check health', 7, 'checking'],
    ['Roll back restart', 9, 'rolling back'],
  ])('%s is called %i times before the restart counts as broken off', (state, tries, task) => {
    const { calls } = runs.of(`${task} that fails for good leads to the end`);
    expect(calls.filter((call) => call.state === state)).toHaveLength(tries);
  });

  it('functions that recover go on as if nothing had been', async () => {
    const failingFirst = Object.entries(results({ 'Apply restart': [{ next: 'roll_back', wait_seconds: 1 }] })).map(
      ([state, answers]) => [state, [gone, gone, ...answers]],
    );
    const { path, caught } = await runMachine(file, { input, results: Object.fromEntries(failingFirst) });
    const undisturbed = runs.of('a change that the engine refuses is rolled back, and the service checked');
    expect([path, caught]).toEqual([undisturbed.path, []]);
  });

  it('an end that is recorded at the eleventh try ends the restart', async () => {
    const ends = [...Array(10).fill(gone), { outcome: 'failed' }];
    const { output } = await runMachine(file, { input, results: results({ [end]: ends }) });
    expect(output).toEqual({ outcome: 'failed' });
  });

  it('an end that cannot be recorded fails the execution, for the reconciliation to see', async () => {
    await expect(runMachine(file, { input, results: results({ [end]: [gone] }) })).rejects.toThrow();
  });
});
