import type { Handled, Json, QueueMessage } from '../../backend/backend.ts';
import type { TaskContract } from './contract.ts';
import type { Home } from './endpoint.ts';

/** What a state machine or a schedule calls: JSON in, JSON out; a throw is the task's failure and is retried as the caller's rules say. */
export interface Task<Input = Json, Output = Json> {
  contract: TaskContract;
  run(input: Input, home: Home): Promise<Output>;
}

/** What a queue calls with a batch. */
export interface QueueTask {
  contract: TaskContract;
  consume(messages: QueueMessage[], home: Home): Promise<Handled>;
}

// biome-ignore lint/suspicious/noExplicitAny: each task's input is its own; its state machine is what decides it.
export type AnyTask = Task<any, any>;

/** Binds a task's contract to what it does. */
export function task<Input, Output>(contract: TaskContract, run: Task<Input, Output>['run']): Task<Input, Output> {
  return { contract, run };
}

/** Binds a queue consumer's contract to what it does. */
export function queueTask(contract: TaskContract, consume: QueueTask['consume']): QueueTask {
  return { contract, consume };
}
