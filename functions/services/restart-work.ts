import {
  type ContainerEngine,
  ContainerError,
  ContainerFailed,
  ContainerHostUnreachable,
} from '../../platform/containers/container-engine.ts';
import { beginApplying } from '../config/contract.ts';
import type { Home } from '../core/endpoint.ts';
import type { ContainerChange } from './container-change.ts';
import { mayTryAgain, type Operation, type OperationFault, withEngineFailure, withFault } from './operation.ts';
import { changeOperation } from './operation-store.ts';

/** What every task of the state machine is given. */
export interface RestartInput {
  operation_id: string;
}

/** The engine of an operation's container. */
export function engineOf({ containers }: Pick<Home, 'containers'>, { service }: Operation): ContainerEngine {
  return containers.engineOf(service);
}

/** What an operation changes, put together anew each time: what is desired holds secrets, which an operation must not. */
export async function changeOf(home: Pick<Home, 'backend'>, operation: Operation): Promise<ContainerChange> {
  const { id: operationId, service, container, plan } = operation;
  if (!plan) throw new Error(`the operation ${operationId} has no plan yet`);
  const { desired } = await beginApplying(home.backend, service, operationId);
  return { container, operationId, plan, desired };
}

/**
 * Does something with the container. What the engine refuses, and a container that is not there, are faults of the
 * operation. An engine that cannot be reached, and one that fails for the first time or the second, is worth another try:
 * that is thrown, and the state machine calls again.
 */
export async function orFault(
  home: Home,
  operation: Operation,
  work: () => Promise<unknown>,
): Promise<{ isDone: boolean; operation: Operation }> {
  try {
    await work();
    return { isDone: true, operation };
  } catch (error) {
    const refusal = await refusalIn(error, home, operation);
    return { isDone: false, operation: await storeFault(home, operation, faultOf(refusal, operation)) };
  }
}

/** The error as the engine's last word. Throws it on when it is none, or is worth another try, which is noted. */
export async function refusalIn(error: unknown, { backend }: Home, { id }: Operation): Promise<ContainerError> {
  if (!(error instanceof ContainerError) || error instanceof ContainerHostUnreachable) throw error;
  if (!(error instanceof ContainerFailed)) return error;
  const nowMs = backend.clock.now();
  const noted = await changeOperation(backend, id, (current) => withEngineFailure(current, error.message, nowMs));
  if (mayTryAgain(noted)) throw error;
  return error;
}

export function storeFault(home: Home, { id }: Operation, fault: OperationFault): Promise<Operation> {
  const nowMs = home.backend.clock.now();
  return changeOperation(home.backend, id, (operation) => withFault(operation, fault, nowMs));
}

/** An engine that refuses a change of configuration refuses it the next time too. */
export function faultOf(error: ContainerError, { plan }: Operation): OperationFault {
  const isRefusal = !(error instanceof ContainerHostUnreachable);
  const blamesChange = isRefusal && plan !== null && plan.action !== 'restart';
  return { code: 'SERVICE_UNAVAILABLE', message: error.message, blamesChange };
}
