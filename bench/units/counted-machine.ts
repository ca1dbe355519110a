import { StateMachine as Interpreter } from 'aws-local-stepfunctions';
import type { Execution, Json, StateMachine } from '../../backend/backend.ts';
import { type Definition, handlersByState, withStoredExecution } from '../../backend/embedded/state-definition.ts';
import type { TaskHandler } from '../../backend/embedded/task-gate.ts';
import type { Usage } from './usage.ts';

export interface CountedMachine extends StateMachine {
  /** Runs what was started since the last call, to its end. Throws when an execution fails. */
  runStarted(): Promise<void>;
}

/**
 * A state machine that counts transitions as Step Functions charges them: one for each state entered, retries included,
 * and one for the start. It runs nothing by itself, so that a request and the work that it starts are counted apart.
 */
export function countedMachine(
  definition: Definition,
  tasks: Record<string, TaskHandler>,
  usage: Usage,
): CountedMachine {
  const handlers = Object.fromEntries(handlersByState(definition, tasks));
  const interpreter = new Interpreter(withStoredExecution(definition) as never, {
    validationOptions: { noValidate: true },
  });
  const started = new Map<string, Json>();
  const executions = new Map<string, Execution>();

  async function run(name: string, input: Json): Promise<void> {
    const { result, eventLogs } = interpreter.run(input as never, {
      overrides: { taskResourceLocalHandlers: handlers as never },
    });
    usage.transitions += 1;
    for await (const { type } of eventLogs) {
      if (type === 'StateEntered' || type === 'StateRetried') usage.transitions += 1;
    }
    executions.set(name, { status: 'SUCCEEDED', output: (await result) as Json });
  }

  return {
    async start(name, input) {
      if (executions.has(name)) return;
      started.set(name, input);
      executions.set(name, { status: 'RUNNING' });
    },
    describe: async (name) => executions.get(name),
    async runStarted() {
      const waiting = [...started];
      started.clear();
      for (const [name, input] of waiting) await run(name, input);
    },
  };
}
