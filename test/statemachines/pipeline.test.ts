import { beforeAll, describe, expect, it } from 'vitest';
import { stageNames } from '../../functions/core/settings.ts';
import { readDefinition } from './definitions.ts';
import { inputFor, pipelineCases } from './pipeline-cases.ts';
import { type MachineRun, runMachine } from './run-machine.ts';

const file = 'pipeline.asl.json';
const definition = readDefinition(file);
const states = Object.entries(definition.States);
const runs = new Map<string, MachineRun>();

beforeAll(async () => {
  for (const each of pipelineCases) runs.set(each.name, await runMachine(file, each));
});
const runOf = (name: string) => runs.get(name) as MachineRun;

describe('the pipeline', () => {
  it.each(pipelineCases)('$name', ({ name, path, output }) => {
    expect(runOf(name).path).toEqual(path);
    expect(runOf(name).output).toEqual(output);
  });
});

describe('what tasks are given', () => {
  it('a stage gets the pipeline and the iteration, and nothing else', () => {
    for (const { calls } of runs.values()) {
      for (const { state, input } of calls.filter((call) => call.state !== 'Finish pipeline')) {
        expect(input, state).toEqual({ pipeline_id: 'pipe_1', iteration: expect.any(Number) });
      }
    }
  });

  it('after work was sent back, every stage gets the new iteration', () => {
    const { calls } = runOf('test that sends the work back leads to generate, with the next iteration');
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
    const { calls } = runOf('deploy whose function fails for good leads to the end');
    expect(calls.at(-1)).toMatchObject({
      state: 'Finish pipeline',
      input: { pipeline_id: 'pipe_1', broken_off: { Error: 'Error' } },
    });
    expect(runOf('a subset runs in the order of the platform').calls.at(-1)?.input).not.toHaveProperty('broken_off');
  });
});

it('a wait lasts as long as the stage said', () => {
  const waits = states.filter(([, { Type }]) => Type === 'Wait');
  expect(waits.map(([name]) => name)).toEqual(stageNames.map((name) => `Wait for ${name}`));
  for (const [name, { SecondsPath }] of waits) expect(SecondsPath, name).toBe('$.outcome.wait_seconds');
});

describe('failures', () => {
  it('a function that fails is called nine times before the stage counts as broken off', () => {
    const { calls } = runOf('ingest whose function fails for good leads to the end');
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

describe('the cases together', () => {
  const steps = () => new Set([...runs.values()].flatMap((run) => run.steps.map(([from, to]) => `${from} → ${to}`)));

  it('visit every state', () => {
    const visited = new Set([...runs.values()].flatMap(({ path }) => path));
    expect(states.map(([name]) => name).filter((name) => !visited.has(name))).toEqual([]);
  });

  it('take every branch and the default of every choice', () => {
    const branches = states.flatMap(([name, { Choices: choices = [], Default: otherwise }]) =>
      [...choices.map(({ Next }) => Next), ...(otherwise === undefined ? [] : [otherwise])].map(
        (next) => `${name} → ${next}`,
      ),
    );
    const taken = steps();
    expect(branches.filter((branch) => !taken.has(branch))).toEqual([]);
  });

  it('take every catch', () => {
    const catching = states.filter(([, state]) => state.Catch).map(([name]) => name);
    const caught = new Set([...runs.values()].flatMap((run) => run.caught));
    expect(catching.filter((name) => !caught.has(name))).toEqual([]);
  });
});

it('eight stages that answer at once cost at most 40 transitions', () => {
  const { path } = runOf('eight stages that answer at once run in order');
  expect(path.length).toBeLessThanOrEqual(40);
});
