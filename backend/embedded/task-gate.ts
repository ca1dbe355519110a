import type { Json } from '../backend.ts';

/** Does the work of a Task state. What it throws is caught in ASL by the error's `name`, as a Lambda function's is. */
export type TaskHandler = (input: Json) => Promise<Json | undefined>;

/** Where tasks are let through, so that none starts after its run has ended or the process is to end. */
export interface TaskGate {
  /** The handlers that one run calls, by state name. */
  handlersOfRun(run: string): Record<string, (input: Json) => Promise<Json>>;
  endRun(run: string): void;
  close(): void;
  isClosed(): boolean;
  /** Resolves when no task is under way. A task that outlasted its TimeoutSeconds is under way until it ends. */
  idle(): Promise<void>;
}

export function taskGateOf(handlers: Map<string, TaskHandler>): TaskGate {
  const open = new Set<string>();
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;

  async function pass(run: string, handler: TaskHandler, input: Json): Promise<Json> {
    if (isClosed || !open.has(run)) throw new Halted();
    const work = perform(handler, input);
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  }

  return {
    handlersOfRun(run) {
      open.add(run);
      return Object.fromEntries(
        [...handlers].map(([state, handler]) => [state, (input: Json) => pass(run, handler, input)]),
      );
    },
    endRun: (run) => void open.delete(run),
    close() {
      isClosed = true;
    },
    isClosed: () => isClosed,
    async idle() {
      await Promise.allSettled(underWay);
    },
  };
}

/** The interpreter looks at these two, so that neither Retry nor Catch takes the end of the process for a task's failure. */
export class Halted extends Error {
  override name = 'Halted';
  readonly isRetryable = false;
  readonly isCatchable = false;
}

/** Input and output pass as JSON, as to and from a Lambda function: nothing is shared, and what is undefined is not there. */
async function perform(handler: TaskHandler, input: Json): Promise<Json> {
  try {
    const output = await handler(JSON.parse(JSON.stringify(input)));
    return JSON.parse(JSON.stringify(output ?? null));
  } catch (error) {
    throw asLambdaFailure(error);
  }
}

/** ASL sees `Error` and, as `Cause`, the JSON text that Lambda makes of a thrown error. */
function asLambdaFailure(cause: unknown): Error {
  const { name, message } = cause instanceof Error ? cause : { name: 'Error', message: String(cause) };
  const failure = new Error(JSON.stringify({ errorType: name, errorMessage: message, trace: [] }), { cause });
  failure.name = name;
  return failure;
}
