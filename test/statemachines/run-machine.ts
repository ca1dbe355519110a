import { StateMachine } from 'aws-local-stepfunctions';
import { readDefinition, statesOf } from './definitions.ts';

/** What a task answers at each of its calls; the last answer is given to every further call. An Error is thrown. */
export type TaskResults = Record<string, readonly (object | Error)[]>;

/** One run of a state machine as data: its input, what its tasks answer, and what must come of it. */
export interface MachineCase {
  name: string;
  input: object;
  results: TaskResults;
  /** Every state entered, in order. */
  path: string[];
  output: unknown;
}

export interface MachineRun {
  path: string[];
  output: unknown;
  /** What each task was called with, in order. */
  calls: { state: string; input: unknown }[];
  /** States that were left by their Catch. */
  caught: string[];
  /** State → the state that it led to. */
  steps: [from: string, to: string][];
}

/** Runs a state machine's file as the embedded home does, without its waits, its tasks answering what the case says. */
export function runMachine(file: string, { input, results }: Pick<MachineCase, 'input' | 'results'>) {
  const counts = new Map<string, number>();
  return runTasks(file, input, async (state) => {
    const count = counts.get(state) ?? 0;
    counts.set(state, count + 1);
    const result = results[state]?.[count] ?? results[state]?.at(-1);
    if (result === undefined) throw new TypeError(`the case says nothing of ${state}`);
    if (result instanceof Error) throw result;
    return result;
  });
}

/** Runs a state machine's file as the embedded home does, without its waits, with this as the work of its tasks. */
export async function runTasks(
  file: string,
  input: object,
  perform: (state: string, input: unknown) => Promise<object>,
): Promise<MachineRun> {
  const definition = readDefinition(file);
  const calls: MachineRun['calls'] = [];
  const answer = (state: string) => (taskInput: unknown) => {
    calls.push({ state, input: taskInput });
    return perform(state, taskInput);
  };
  const states = statesOf(definition).map(([name]) => name);
  const none = Object.fromEntries(states.map((state) => [state, 0]));
  const machine = new StateMachine(definition as never, { validationOptions: { noValidate: true } });
  const execution = machine.run(input as never, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(states.map((state) => [state, answer(state)])) as never,
      waitTimeOverrides: none,
      retryIntervalOverrides: none,
    },
  });
  const [output, events] = await Promise.all([execution.result, collect(execution.eventLogs)]);
  const namesOf = (type: string) => events.flatMap((event) => (event.type === type ? [event.state?.name ?? ''] : []));
  const [path, caught] = [namesOf('StateEntered'), namesOf('StateCaught')];
  const steps = path.slice(1).map((to, index): [string, string] => [path[index] as string, to]);
  return { path, output, calls, caught, steps };
}

interface MachineEvent {
  type: string;
  state?: { name: string };
}

async function collect(log: AsyncIterable<unknown>): Promise<MachineEvent[]> {
  const events: MachineEvent[] = [];
  for await (const event of log) events.push(event as MachineEvent);
  return events;
}
