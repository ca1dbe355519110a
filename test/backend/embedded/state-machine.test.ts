import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Execution, Json } from '../../../backend/backend.ts';
import type { Definition } from '../../../backend/embedded/state-definition.ts';
import { type EmbeddedMachine, openMachine } from '../../../backend/embedded/state-machine.ts';
import { openStore, type Store } from '../../../backend/embedded/store.ts';
import type { TaskHandler } from '../../../backend/embedded/task-gate.ts';
import { settableClock } from '../../suites/settable-clock.ts';
import { rethrow } from './rethrow.ts';
import { temporaryFolder } from './temporary-folder.ts';

const clock = settableClock(Date.parse('2026-01-15T10:30:00.000Z'));
let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(folder.path);
});
afterEach(() => {
  store.close();
  folder.remove();
});

function machineOf(definition: Definition, tasks: Record<string, TaskHandler>, waitMs = 0): EmbeddedMachine {
  return openMachine({ name: 'm', definition, tasks, store, clock, waitMs, onFault: rethrow });
}

function task(name: string, more: object = { End: true }) {
  return { Type: 'Task', Resource: `\${${name}}`, TimeoutSeconds: 5, ...more };
}

async function outcomeOf(machine: EmbeddedMachine, name: string): Promise<Execution | undefined> {
  return vi.waitFor(async () => {
    const execution = await machine.describe(name);
    expect(execution?.status).not.toBe('RUNNING');
    return execution;
  });
}

/** A promise that a test settles. */
function gate() {
  return Promise.withResolvers<void>();
}

describe('tasks', () => {
  it('a task is given its input and gives its output as JSON, sharing nothing', async () => {
    const given: unknown[] = [];
    const machine = machineOf(
      { StartAt: 'A', States: { A: task('A', { ResultPath: '$.a', Next: 'B' }), B: task('B') } },
      {
        A: async (input) => {
          given.push(structuredClone(input));
          (input as { list: Json[] }).list.push('changed by the task');
          return undefined;
        },
        B: async (input) => input,
      },
    );
    await machine.start('x', { list: [1] });
    expect(await outcomeOf(machine, 'x')).toEqual({ status: 'SUCCEEDED', output: { list: [1], a: null } });
    expect(given).toEqual([{ list: [1] }]);
  });

  it('a thrown error is retried and caught by its name, and its cause reads as that of a Lambda function', async () => {
    class Throttled extends Error {
      override name = 'Throttled';
    }
    let calls = 0;
    const retry = [{ ErrorEquals: ['Throttled'], MaxAttempts: 2, IntervalSeconds: 60 }];
    const caught = [{ ErrorEquals: ['Throttled'], Next: 'Read the cause', ResultPath: '$.error' }];
    const read = { 'cause.$': 'States.StringToJson($.error.Cause)', 'error.$': '$.error.Error' };
    const machine = machineOf(
      {
        StartAt: 'A',
        States: {
          A: task('A', { Retry: retry, Catch: caught, End: true }),
          'Read the cause': { Type: 'Pass', Parameters: read, End: true },
        },
      },
      {
        A: async () => {
          calls++;
          throw new Throttled('too many');
        },
      },
    );
    await machine.start('x', {});
    const output = { error: 'Throttled', cause: { errorType: 'Throttled', errorMessage: 'too many', trace: [] } };
    expect(await outcomeOf(machine, 'x')).toEqual({ status: 'SUCCEEDED', output });
    expect(calls).toBe(3);
  });

  it('an error that nothing catches fails the execution by its name', async () => {
    const failing = async () => {
      throw new RangeError('out of range');
    };
    const machine = machineOf({ StartAt: 'A', States: { A: task('A') } }, { A: failing });
    await machine.start('x', {});
    expect(await outcomeOf(machine, 'x')).toEqual({ status: 'FAILED', error: 'RangeError' });
  });

  it('a task that outlasts its TimeoutSeconds fails with States.Timeout', async () => {
    const late = gate();
    const machine = machineOf(
      { StartAt: 'A', States: { A: { ...task('A'), TimeoutSeconds: 1 } } },
      { A: () => late.promise.then(() => 'late') },
    );
    await machine.start('x', {});
    const execution = await vi.waitFor(() => outcomeOf(machine, 'x'), { timeout: 5000 });
    expect(execution).toEqual({ status: 'FAILED', error: 'States.Timeout' });
    late.resolve();
  });

  it('an execution that outlasts the time limit of its machine is TIMED_OUT, and starts no further task', async () => {
    const late = gate();
    let later = 0;
    const machine = machineOf(
      { StartAt: 'A', TimeoutSeconds: 1, States: { A: task('A', { Next: 'B' }), B: task('B') } },
      { A: () => late.promise.then(() => null), B: async () => ++later },
    );
    await machine.start('x', {});
    const execution = await vi.waitFor(() => outcomeOf(machine, 'x'), { timeout: 5000 });
    expect(execution).toEqual({ status: 'TIMED_OUT', error: 'States.Timeout' });
    late.resolve();
    await machine.drain();
    expect(later).toBe(0);
  });

  it('inside a Map, the execution is still the whole one', async () => {
    const item = { 'item.$': '$', 'name.$': '$$.Execution.Name', 'of.$': '$$.Execution.Input.of' };
    const machine = machineOf(
      {
        StartAt: 'Each',
        States: {
          Each: {
            Type: 'Map',
            ItemsPath: '$.items',
            ItemProcessor: { StartAt: 'One', States: { One: task('One', { Parameters: item, End: true }) } },
            End: true,
          },
        },
      },
      { One: async (input) => input },
    );
    await machine.start('x', { items: ['a', 'b'], of: 'whole' });
    const output = ['a', 'b'].map((each) => ({ item: each, name: 'x', of: 'whole' }));
    expect(await outcomeOf(machine, 'x')).toEqual({ status: 'SUCCEEDED', output });
  });
});

describe('opening', () => {
  const definition = { StartAt: 'A', States: { A: task('A') } };
  const idle = async () => null;
  it.each([
    ['a placeholder has no task', definition, {}],
    ['a task has no placeholder', definition, { A: idle, B: idle }],
    ['a resource is no placeholder', { StartAt: 'A', States: { A: { ...task('A'), Resource: 'arn:aws:lambda' } } }, {}],
    ['a placeholder is the name of what every object has', { StartAt: 'A', States: { A: task('constructor') } }, {}],
    ['the definition is invalid', { StartAt: 'Missing', States: { A: task('A') } }, { A: idle }],
    [
      'two states have one name',
      {
        StartAt: 'A',
        States: { A: task('A', { Next: 'M' }), M: { Type: 'Map', ItemProcessor: definition, End: true } },
      },
      { A: idle },
    ],
  ] as [string, Definition, Record<string, TaskHandler>][])('fails where %s', (_, given, tasks) => {
    expect(() => machineOf(given, tasks)).toThrow();
  });
});

describe('the end of the process', () => {
  const definition = { StartAt: 'A', States: { A: task('A', { Next: 'B', ResultPath: null }), B: task('B') } };

  it('draining lets the task under way finish and starts no other; the next process runs the execution again', async () => {
    const [entered, mayEnd] = [gate(), gate()];
    const done: string[] = [];
    const first = machineOf(definition, {
      A: async () => {
        entered.resolve();
        await mayEnd.promise;
        done.push('A');
      },
      B: async () => void done.push('B'),
    } as unknown as Record<string, TaskHandler>);
    await first.start('x', { given: 1 });
    await entered.promise;
    let isDrained = false;
    const draining = first.drain().then(() => {
      isDrained = true;
    });
    await first.start('started while draining', {});
    expect(isDrained).toBe(false);
    mayEnd.resolve();
    await draining;
    expect(done).toEqual(['A']);
    expect(await first.describe('x')).toEqual({ status: 'RUNNING' });

    const began = clock.now();
    clock.advance(60_000);
    const context = { 'input.$': '$', 'started.$': '$$.Execution.StartTime', 'name.$': '$$.Execution.Name' };
    const next = {
      StartAt: 'A',
      States: { A: task('A', { Next: 'B', ResultPath: null }), B: task('B', { Parameters: context, End: true }) },
    };
    const second = machineOf(next, { A: async () => null, B: async (input) => input });
    await second.resume();
    const output = { input: { given: 1 }, started: new Date(began).toISOString(), name: 'x' };
    expect(await outcomeOf(second, 'x')).toEqual({ status: 'SUCCEEDED', output });
    expect((await outcomeOf(second, 'started while draining'))?.status).toBe('SUCCEEDED');
  });

  it('draining ends waits and pauses before retries, so that nothing keeps the process', async () => {
    const failed = gate();
    const machine = machineOf(
      {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 1, End: true } } },
              { StartAt: 'A', States: { A: task('A', { Retry: [{ ErrorEquals: ['States.ALL'] }], End: true }) } },
            ],
            End: true,
          },
        },
      },
      {
        A: async () => {
          failed.resolve();
          throw new Error('not yet');
        },
      },
      1_000_000,
    );
    await machine.start('x', {});
    await failed.promise;
    await machine.drain();
    expect(await machine.describe('x')).toEqual({ status: 'RUNNING' });
  });

  it('an execution that ended is not run again, and is forgotten 90 days later', async () => {
    let runs = 0;
    const tasks = { A: async () => ++runs, B: async () => null };
    const first = machineOf(definition, tasks);
    await first.start('x', {});
    await outcomeOf(first, 'x');
    const second = machineOf(definition, tasks);
    await second.resume();
    clock.advance(91 * 24 * 3_600_000);
    await second.start('y', {});
    await outcomeOf(second, 'y');
    expect(runs).toBe(2);
    expect(await second.describe('x')).toBeUndefined();
  });
});
