import { leavePending, markApplied, markFailed } from '../config/contract.ts';
import type { Home } from '../core/endpoint.ts';
import { eventOf, publishEvents } from '../events/contract.ts';
import { rollBackChange, settleChange } from './container-change.ts';
import {
  changesContainer,
  type Operation,
  type OperationFault,
  withEnd,
  withEndAnnounced,
  withLog,
  withStarted,
} from './operation.ts';
import { changeOperation, loadOperation } from './operation-store.ts';
import { freeService } from './restart-lock.ts';
import { changeOf, engineOf, orFault, refusalIn, storeFault } from './restart-work.ts';
import { rootCauseOf } from './service-graph.ts';
import { neverProbed, troubleOf } from './service-health.ts';
import { endMaintenance, loadServiceHealths } from './service-health-store.ts';

/** Why an execution ended without deciding what became of its restart. */
export type Breakage = Pick<OperationFault, 'code' | 'message'>;

/**
 * Ends a restart: nothing of the container is left aside, the configuration knows what became of its change, the end is
 * stored and announced, probes count again and the next restart may begin. Called again, it repeats the rest and decides
 * nothing anew. A change that a breakage left half done is undone.
 */
export async function endRestart(home: Home, operationId: string, brokenOff?: Breakage): Promise<Operation> {
  const { backend } = home;
  const left = await loadOperation(backend, operationId);
  const decided = left.status === 'running' ? await decide(home, left, brokenOff) : left;
  if (decided.status === 'running') await settle(home, decided);
  const ended = await changeOperation(backend, operationId, (current) => withEnd(current, backend.clock.now()));
  await settleConfig(home, ended);
  await publishEvents(backend, [endEvent(ended)]);
  await endMaintenance(backend, ended.service, { operationId: ended.id, found: await findingOf(home, ended) });
  await freeService(backend, ended.service, ended.id);
  return changeOperation(backend, operationId, withEndAnnounced);
}

/** Gives an operation whose execution broke off its fault, and undoes what it left half done. */
async function decide(
  home: Home,
  operation: Operation,
  brokenOff: Breakage = { code: 'INTERNAL', message: 'The restart was broken off.' },
): Promise<Operation> {
  const { backend } = home;
  if (operation.phase === 'healthy' || operation.phase === 'broken_off') return operation;
  const fault = { ...brokenOff, blamesChange: false };
  const faulty = operation.phase === 'rolling_back' ? operation : await storeFault(home, operation, fault);
  if (faulty.phase !== 'rolling_back') return faulty;
  const change = await changeOf(home, faulty);
  const back = await orFault(home, faulty, () => rollBackChange(engineOf(home, faulty), change));
  if (!back.isDone) return back.operation;
  return changeOperation(backend, operation.id, (current) => withStarted(current, backend.clock.now()));
}

/**
 * What could not be rolled back stays as it lies, for people to look at: removing it might take the last good container.
 * What the engine does not remove stays too, stopped, and does not keep the restart from ending.
 */
async function settle(home: Home, operation: Operation): Promise<void> {
  const isSure = operation.phase === 'healthy' || operation.isBack;
  if (!changesContainer(operation) || !isSure) return;
  try {
    await settleChange(engineOf(home, operation), await changeOf(home, operation));
  } catch (error) {
    const { message } = await refusalIn(error, home, operation);
    const { id, service } = operation;
    home.log.error('container left over', { operation_id: id, service_name: service, reason: message });
    const nowMs = home.backend.clock.now();
    await changeOperation(home.backend, id, (current) => withLog(current, nowMs, `left over: ${message}`));
  }
}

/** A change that is not to blame stays pending, for the next restart. */
async function settleConfig({ backend }: Home, { id, service, outcome, fault, completedMs }: Operation): Promise<void> {
  const nowMs = completedMs ?? backend.clock.now();
  if (outcome === 'restarted') await markApplied(backend, service, id, nowMs);
  else if (fault?.blamesChange) await markFailed(backend, service, id, fault.message, nowMs);
  else await leavePending(backend, service, id);
}

/** Null where the restart looked at nothing, or asked less than being healthy. */
async function findingOf(home: Home, { phase, outcome, service, wasDegraded, lastSeen }: Operation) {
  if (phase === 'healthy') return wasDegraded ? null : { status: 'healthy' as const, reason: null, rootCause: null };
  if (outcome !== 'not_healthy' || !lastSeen) return null;
  const healths = await loadServiceHealths(home.backend);
  const rootCause = rootCauseOf(home.catalogue, service, (name) => troubleOf(healths.get(name) ?? neverProbed));
  const status = lastSeen.result === 'failed' ? ('unhealthy' as const) : ('degraded' as const);
  return { status, reason: lastSeen.reason, rootCause };
}

function endEvent({ id, service, plan, outcome, configRevision, fault, createdMs, completedMs }: Operation) {
  const atMs = completedMs ?? createdMs;
  return eventOf('service.restarted', {
    atMs,
    occurrence: id,
    service,
    data: {
      service,
      operation_id: id,
      action: plan?.action ?? 'restart',
      outcome: outcome ?? 'failed',
      duration_ms: atMs - createdMs,
      config_revision: configRevision,
      reason: fault?.message ?? null,
    },
  });
}
