import { describe, expect, it } from 'vitest';
import { readDefinition, statesOf } from './definitions.ts';
import { input, plan, refreshCases, results, wait } from './knowledge-refresh-cases.ts';
import { describeCases } from './machine-cases.ts';
import { runMachine, runTasks } from './run-machine.ts';

const file = 'knowledge-refresh.asl.json';
const runs = describeCases(file, refreshCases);
const states = new Map(statesOf(readDefinition(file)));

const gone = new Error('the table is gone');
const end = 'Finish refresh';

describe('what tasks are given', () => {
  it('each gets the refresh, that of a source its number too, and nothing else', () => {
    for (const { calls } of runs.all()) {
      for (const { state, input: given } of calls.filter((call) => call.state !== end))
        expect(given, state).toEqual(state === 'Ingest source' ? { ...input, source: 1 } : input);
    }
  });

  it('the end gets the refresh, and the error of a function that failed for good', () => {
    for (const task of ['planning', 'checking', 'rebuilding']) {
      const { calls } = runs.of(`${task} that fails for good leads to the end`);
      expect(calls.at(-1), task).toMatchObject({
        state: end,
        input: { execution: { ...input, broken_off: { Error: 'Error' } } },
      });
    }
  });

  it('the end of a refresh gets no error of a source', () => {
    const { calls, caught } = runs.of('a source that cannot be followed is left, and the refresh goes on');
    expect(caught).toEqual(['Ingest source']);
    expect(calls.at(-1)?.input).toEqual({ execution: { ...input, plan: plan([1]) } });
  });
});

describe('many sources', () => {
  const sources = Array.from({ length: 80 }, (_, index) => index + 1);
  const run = (ingest: (source: number) => object) =>
    runTasks(file, input, async (state, given) => {
      if (state === 'Ingest source') return ingest((given as { source: number }).source);
      return results({ 'Plan refresh': [plan(sources)] })[state]?.[0] ?? {};
    });

  it('are each ingested, whatever becomes of others, and one that hangs is asked about until it ends', async () => {
    let questions = 0;
    const { calls, output, caught } = await run((source) => {
      if (source % 10 === 3) throw gone;
      if (source === 7 && questions++ < 20) return wait;
      return { next: 'done' };
    });
    const asked = calls.filter(({ state }) => state === 'Ingest source');
    expect(new Set(asked.map(({ input: given }) => (given as { source: number }).source))).toEqual(new Set(sources));
    expect(questions).toBe(21);
    expect(caught).toHaveLength(8);
    expect(output).toEqual({ status: 'completed' });
  });

  it('are ten at a time at most', async () => {
    let [now, most] = [0, 0];
    await runTasks(file, input, async (state) => {
      if (state !== 'Ingest source') return results({ 'Plan refresh': [plan(sources)] })[state]?.[0] ?? {};
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return { next: 'done' };
    });
    expect(most).toBe(10);
  });

  it('leave a state behind that is far below the 256 KiB of Step Functions', async () => {
    const { calls } = await run(() => ({ next: 'done' }));
    expect(JSON.stringify(calls.at(-1)?.input).length).toBeLessThan(1000);
    expect(JSON.stringify(states.get('Leave source')?.Result).length * sources.length).toBeLessThan(10_000);
  });
});

it('a wait lasts as long as the task said', () => {
  const waits = [...states.values()].filter(({ Type }) => Type === 'Wait');
  expect(waits.map(({ SecondsPath }) => SecondsPath)).toEqual(['$.outcome.wait_seconds']);
});

describe('failures', () => {
  it.each([
    ['Plan refresh', 5, 'planning that fails for good leads to the end'],
    ['Check collections', 7, 'checking that fails for good leads to the end'],
    ['Rebuild caches', 7, 'rebuilding that fails for good leads to the end'],
  ])('%s is called %i times before the refresh counts as broken off', (state, tries, name) => {
    expect(runs.of(name).calls.filter((call) => call.state === state)).toHaveLength(tries);
  });

  it('functions that recover go on as if nothing had been', async () => {
    const failingFirst = Object.entries(results()).map(([state, answers]) => [state, [gone, gone, ...answers]]);
    const { path, caught } = await runMachine(file, { input, results: Object.fromEntries(failingFirst) });
    const undisturbed = runs.of('a source that is ingested at once leads to collections, caches and the end');
    expect([path, caught]).toEqual([undisturbed.path, []]);
  });

  it('an end that is recorded at the eleventh try ends the refresh', async () => {
    const ends = [...Array(10).fill(gone), { status: 'failed' }];
    const { output } = await runMachine(file, { input, results: results({ [end]: ends }) });
    expect(output).toEqual({ status: 'failed' });
  });

  it('an end that cannot be recorded fails the execution, for the reconciliation to see', async () => {
    await expect(runMachine(file, { input, results: results({ [end]: [gone] }) })).rejects.toThrow();
  });
});
