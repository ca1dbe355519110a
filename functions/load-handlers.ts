import type { Contract, TaskContract } from './core/contract.ts';
import type { AnyEndpoint } from './core/endpoint.ts';
import { endpointModule, taskModule } from './core/module-path.ts';
import type { AnyTask, QueueTask } from './core/task.ts';

/** The endpoint of a contract. Throws when its file or export is missing, or belongs to another contract. */
export function loadEndpoint(contract: Contract): Promise<AnyEndpoint> {
  return load<AnyEndpoint>(endpointModule(contract), contract.operationId, (endpoint) => endpoint.contract.operationId);
}

/** The task of a contract, under the same conditions. */
export function loadTask(contract: TaskContract): Promise<AnyTask | QueueTask> {
  return load<AnyTask | QueueTask>(taskModule(contract), contract.name, (task) => task.contract.name);
}

async function load<T>(module: { path: string; name: string }, identity: string, identityOf: (handler: T) => string) {
  const exports = (await import(/* @vite-ignore */ `./${module.path}`)) as Record<string, T | undefined>;
  const handler = exports[module.name];
  if (handler && identityOf(handler) === identity) return handler;
  throw new Error(`functions/${module.path} must export ${module.name} for the contract of ${identity}`);
}
