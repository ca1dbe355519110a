import { ExecutionError, ExecutionTimeoutError, StateMachine as Interpreter } from 'aws-local-stepfunctions';
import type { Clock, Execution, Json, StateMachine } from '../backend.ts';
import { type ExecutionRow, executionsOf } from './executions.ts';
import {
  type Definition,
  handlersByState,
  statesOf,
  withFunctionNames,
  withStoredExecution,
} from './state-definition.ts';
import type { Store } from './store.ts';
import { Halted, type TaskHandler, taskGateOf } from './task-gate.ts';

/**
 * A state machine that interprets the file that AWS runs. An execution that a process left running is run again from its
 * stored input by the next one, so its tasks must be idempotent.
 */
export interface EmbeddedMachine extends StateMachine {
  /** Runs again what was left running. To be called once, when all that tasks use is open. */
  resume(): Promise<void>;
  /** Lets the tasks under way finish and starts no other; executions that this stops stay `RUNNING` for the next process. */
  drain(): Promise<void>;
}

export interface MachineOptions {
  name: string;
  /** The parsed ASL. The `Resource` of each task is a placeholder, `${IngestStageFunction}`, and stands for the handler of that name. */
  definition: Definition;
  /** By placeholder name. Opening fails when definition and tasks differ, either way. */
  tasks: Record<string, TaskHandler>;
  store: Store;
  clock: Clock;
  /** How long every wait and every pause before a retry takes, in milliseconds, whatever the definition says. For tests. */
  waitMs?: number;
  /** Told when the end of an execution could not be stored; it stays `RUNNING`. */
  onFault(error: unknown): void;
}

export function openMachine({
  name,
  definition,
  tasks,
  store,
  clock,
  waitMs,
  onFault,
}: MachineOptions): EmbeddedMachine {
  const handlers = handlersByState(definition, tasks);
  const interpreter = interpreterOf(definition);
  const overrides = waitMs === undefined ? {} : pauses(definition, waitMs);
  const executions = executionsOf(store, name, clock);
  const gate = taskGateOf(handlers);
  const runs = new Map<Promise<void>, () => void>();

  function begin(execution: ExecutionRow): void {
    const { result, abort, eventLogs } = interpreter.run(execution.input as never, {
      context: { Started: contextOf(name, execution) },
      overrides: { ...overrides, taskResourceLocalHandlers: gate.handlersOfRun(execution.name) as never },
    });
    const run = Promise.all([record(execution.name, result as Promise<Json>), drop(eventLogs)])
      .catch(onFault)
      .finally(() => runs.delete(run)) as Promise<void>;
    runs.set(run, abort);
  }

  async function record(execution: string, result: Promise<Json>): Promise<void> {
    try {
      await executions.end(execution, { status: 'SUCCEEDED', output: await result });
    } catch (error) {
      const ended = endOf(error);
      if (ended) await executions.end(execution, ended);
      else if (!gate.isClosed()) throw error;
    } finally {
      gate.endRun(execution);
    }
  }

  return {
    async start(execution, input) {
      const row = { name: execution, input, startedMs: clock.now() };
      const isNew = await executions.add(row);
      if (isNew && !gate.isClosed()) begin(row);
    },
    describe: (execution) => executions.find(execution),
    async resume() {
      for (const execution of await executions.running()) begin(execution);
    },
    async drain() {
      gate.close();
      for (const abort of runs.values()) abort();
      await Promise.all([...runs.keys(), gate.idle()]);
    },
  };
}

/** The texts of definitions that this process has found valid: a handful, as there is one for each machine. */
const validated = new Set<string>();

/** Validating takes some 70 ms and so is done once for a text; a run on the validated definition takes well below one. */
function interpreterOf(definition: Definition): Interpreter {
  const text = JSON.stringify(definition);
  if (!validated.has(text)) new Interpreter(withFunctionNames(definition) as never);
  validated.add(text);
  return new Interpreter(withStoredExecution(definition) as never, { validationOptions: { noValidate: true } });
}

function contextOf(machine: string, { name, input, startedMs }: ExecutionRow) {
  return { Id: `${machine}:${name}`, Name: name, Input: input, StartTime: new Date(startedMs).toISOString() };
}

function pauses(definition: Definition, waitMs: number) {
  const all = Object.fromEntries(statesOf(definition).map(([name]) => [name, waitMs]));
  return { waitTimeOverrides: all, retryIntervalOverrides: all };
}

/** The end that an error of the interpreter stands for; undefined when the run was only halted. */
function endOf(error: unknown): Execution | undefined {
  if (error instanceof ExecutionTimeoutError) return { status: 'TIMED_OUT', error: 'States.Timeout' };
  if (!(error instanceof ExecutionError) || error.cause instanceof Halted) return undefined;
  return { status: 'FAILED', error: (error.cause as Error).name };
}

/** The interpreter keeps its log of events in memory until someone takes it. */
async function drop(log: AsyncIterable<unknown>): Promise<void> {
  const events = log[Symbol.asyncIterator]();
  while (!(await events.next()).done);
}
