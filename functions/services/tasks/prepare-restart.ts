import { ContainerError } from '../../../platform/containers/container-engine.ts';
import { beginApplying } from '../../config/contract.ts';
import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { planChange } from '../container-change.ts';
import { nextStep, type Operation, type OperationFault, withPlan } from '../operation.ts';
import { changeOperation, loadOperation } from '../operation-store.ts';
import { holdsService } from '../restart-lock.ts';
import { prepareRestartTask } from '../restart-task-contracts.ts';
import { engineOf, faultOf, type RestartInput, storeFault } from '../restart-work.ts';
import { beginMaintenance, loadServiceHealth } from '../service-health-store.ts';

/**
 * Takes on what is pending of the configuration and decides what is done to the container. From here on probes raise no
 * event, until the operation ends or twice the time for becoming healthy and ten minutes are over. A container that
 * cannot be looked at ends the operation before anything has happened.
 */
export const prepareRestart = task(prepareRestartTask, async ({ operation_id }: RestartInput, home: Home) => {
  const operation = await loadOperation(home.backend, operation_id);
  const prepared = operation.status === 'running' && !operation.plan ? await prepare(operation, home) : operation;
  return nextStep(prepared, home.backend.clock.now());
});

/** Its process was halted for longer than a claim is believed, and another restart took the service meanwhile. */
const overtaken: OperationFault = {
  code: 'CONFLICT',
  message: 'Another restart of this service came first.',
  blamesChange: false,
};

async function prepare(operation: Operation, home: Home): Promise<Operation> {
  const { backend } = home;
  const { id, service, container, timeoutSeconds } = operation;
  if (!(await holdsService(backend, service, id))) return storeFault(home, operation, overtaken);
  const health = await loadServiceHealth(backend, service);
  const untilMs = backend.clock.now() + (2 * timeoutSeconds + 600) * 1000;
  await beginMaintenance(backend, service, { operationId: id, untilMs });
  const { revision: configRevision, desired } = await beginApplying(backend, service, id);
  try {
    const plan = await planChange(engineOf(home, operation), container, desired);
    const planned = { plan, configRevision, wasDegraded: health?.status === 'degraded' };
    return changeOperation(backend, id, (current) => withPlan(current, planned, backend.clock.now()));
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error;
    return storeFault(home, operation, faultOf(error, operation));
  }
}
