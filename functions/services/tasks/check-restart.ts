import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { nextStep, withHealthSeen } from '../operation.ts';
import { changeOperation, loadOperation } from '../operation-store.ts';
import { checkRestartTask } from '../restart-task-contracts.ts';
import type { RestartInput } from '../restart-work.ts';

/** Probes the restarted service once and decides whether to wait, to go on or to roll back. */
export const checkRestart = task(checkRestartTask, async ({ operation_id }: RestartInput, home: Home) => {
  const { backend, catalogue, prober } = home;
  const { service: name } = await loadOperation(backend, operation_id);
  const service = catalogue.services.find((each) => each.name === name);
  const seen = service ? await prober.probe(service) : gone;
  const nowMs = backend.clock.now();
  const operation = await changeOperation(backend, operation_id, (current) => withHealthSeen(current, seen, nowMs));
  return nextStep(operation, nowMs);
});

/** A deployment took the service out of the catalogue while it was restarted. */
const gone = { result: 'failed' as const, reason: 'the catalogue has no such service any more' };
