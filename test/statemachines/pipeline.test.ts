import { describe, expect, it } from 'vitest';
import { stageNames } from '../../functions/core/settings.ts';
import { readDefinition } from './definitions.ts';
import { describeCases } from './machine-cases.ts';
import { inputFor, pipelineCases } from './pipeline-cases.ts';
import { runMachine } from './run-machine.ts';

const file = 'pipeline.asl.json';
const runs = describeCases(file, pipelineCases);

describe('what tasks are given', () => {
  it('a stage gets the pipeline and the iteration, and nothing else', () => {
    for (const { calls } of runs.all()) {
      for (const { state, input } of calls.filter((call) => call.state !== 'Finish pipeline')) {
        expect(input, state).toEqual({ pipeline_id: 'pipe_1', iteration: expect.any(Number) });
      }
    }
  });

  it('after work was sent back, every stage gets the new iteration', () => {
    const { calls } = runs.of('test that sends the work back leads to generate, with the next iteration');
    const iterations = calls.map(({ state, input }) => [state, (input as { iteration?: number }).iteration]);
    expect(iterations).toEqual([
      ['Run ingest', 1],
      ['Run enrich', 1],
      ['Run generate', 1],
      ['Run validate', 1],
      ['Run test', 1],
      ['Run generate', 2],
      ['Run validate', 2],
      ['Run test', 2],
      ['Run deploy', 2],
      ['Run monitor', 2],
      ['Run learn', 2],
      ['Finish pipeline', undefined],
    ]);
  });

  it('the end gets the pipeline, and the error of a stage function that failed for good', () => {
    const { calls } = runs.of('deploy whose function fails for good leads to the end');
    expect(calls.at(-1)).toMatchObject({
      state: 'Finish pipeline',
      input: { pipeline_id: 'pipe_1', broken_off: { Error: 'Error' } },
    });
    expect(runs.of('a subset runs in the order of the platform').calls.at(-1)?.input).not.toHaveProperty('broken_off');
  });
});

it('a wait lasts as long as the stage said', () => {
  const waits = Object.entries(readDefinition(file).States).filter(([, { Type }]) => Type === 'Wait');
  expect(waits.map(([name]) => name)).toEqual(stageNames.map((name) => `Wait for ${name}`));
  for (const [name, { SecondsPath }] of waits) expect(SecondsPath, name).toBe('$.outcome.wait_seconds');
});

describe('failures', () => {
  it('a function that fails is called nine times before the stage counts as broken off', () => {
    const { calls } = runs.of('ingest whose function fails for good leads to the end');
    expect(calls.filter(({ state }) => state === 'Run ingest')).toHaveLength(9);
  });

  it('a function that recovers goes on as if nothing had been', async () => {
    const results = Object.fromEntries(stageNames.map((name) => [`Run ${name}`, [{ next: 'continue', iteration: 1 }]]));
    const { path, caught } = await runMachine(file, {
      input: inputFor(['ingest']),
      results: {
        ...results,
        'Run ingest': [new Error('throttled'), new Error('throttled'), { next: 'continue', iteration: 1 }],
        'Finish pipeline': [new Error('throttled'), { status: 'completed' }],
      },
    });
    expect([path.at(-1), caught]).toEqual(['Finish pipeline', []]);
  });

  it('an end that cannot be recorded fails the execution, for the reconciliation to see', async () => {
    const failing = runMachine(file, { input: inputFor([]), results: { 'Finish pipeline': [new Error('gone')] } });
    await expect(failing).rejects.toThrow();
  });
});

it('eight stages that answer at once cost at most 40 transitions', () => {
  const { path } = runs.of('eight stages that answer at once run in order');
  expect(path.length).toBeLessThanOrEqual(40);
});
