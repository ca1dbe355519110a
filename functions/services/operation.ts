import type { ContainerPlan } from './container-plan.ts';
import type { OperationView } from './contract.ts';

type Outcome = NonNullable<OperationView['outcome']>;

/** Why a restart did not go as asked. */
export interface OperationFault {
  code: 'TIMEOUT' | 'SERVICE_UNAVAILABLE' | 'CONFLICT' | 'INTERNAL';
  message: string;
  /** Whether the change of configuration is to blame, so that it must not be tried again. */
  blamesChange: boolean;
}

/** What a probe of the restarted service saw. */
export interface HealthSeen {
  result: 'good' | 'impaired' | 'failed';
  reason: string | null;
}

/** A restart of a service. Times are epoch ms. */
export interface Operation {
  id: string;
  service: string;
  /** The name of the container. */
  container: string;
  status: 'running' | 'succeeded' | 'failed';
  outcome: Outcome | null;
  timeoutSeconds: number;
  createdMs: number;
  completedMs: number | null;
  /** What is done to the container; null until it is decided. */
  plan: ContainerPlan | null;
  /** The revision of the configuration that it applies, if any. */
  configRevision: number | null;
  /** Whether the service was degraded before, so that it need not become better. */
  wasDegraded: boolean;
  /** How far it is. */
  phase: 'preparing' | 'applying' | 'checking' | 'rolling_back' | 'checking_roll_back' | 'healthy' | 'broken_off';
  /** Until when the service may take to become healthy; null until its container is started. */
  healthDeadlineMs: number | null;
  /** Successful probes in a row since then. */
  successes: number;
  /** What the probe that ended the time saw; null: none did. */
  lastSeen: HealthSeen | null;
  /** Whether the container is back as it was, after a change that was rolled back. */
  isBack: boolean;
  /** How often its engine failed at what the present phase does. */
  engineFailures: number;
  fault: OperationFault | null;
  log: { atMs: number; message: string }[];
  /** Set until the end is announced: what the index of unfinished ones goes by. */
  unfinished?: 'restart';
  /** Grows with each write; a write names the one that it changes. */
  writes: number;
}

/** From the platform's rules: so many successes in a row make a service healthy. */
const successesToBeHealthy = 2;

/** More than a restart with a roll back writes. */
const logMax = 50;

export function newOperation(
  of: Pick<Operation, 'id' | 'service' | 'container' | 'timeoutSeconds'>,
  nowMs: number,
): Operation {
  return withLog(
    {
      ...of,
      status: 'running',
      outcome: null,
      createdMs: nowMs,
      completedMs: null,
      plan: null,
      configRevision: null,
      wasDegraded: false,
      phase: 'preparing',
      healthDeadlineMs: null,
      successes: 0,
      lastSeen: null,
      isBack: false,
      engineFailures: 0,
      fault: null,
      log: [],
      unfinished: 'restart',
      writes: 0,
    },
    nowMs,
    'restart requested',
  );
}

/** The operation with what it will do decided; as it was when that is decided already. */
export function withPlan(
  operation: Operation,
  planned: { plan: ContainerPlan; configRevision: number | null; wasDegraded: boolean },
  nowMs: number,
): Operation {
  if (operation.plan) return operation;
  const of = planned.configRevision === null ? '' : ` for revision ${planned.configRevision} of the configuration`;
  return withLog(
    { ...operation, ...planned, phase: 'applying' },
    nowMs,
    `will ${planned.plan.action} the container${of}`,
  );
}

/** The operation with the container started, so that the service's time to become healthy runs. */
export function withStarted(operation: Operation, nowMs: number): Operation {
  if (operation.phase !== 'applying' && operation.phase !== 'rolling_back') return operation;
  const isBack = operation.phase === 'rolling_back';
  const started: Operation = {
    ...operation,
    phase: isBack ? 'checking_roll_back' : 'checking',
    healthDeadlineMs: nowMs + operation.timeoutSeconds * 1000,
    successes: 0,
    isBack,
  };
  return withLog(started, nowMs, isBack ? 'the container is back as it was, and started' : 'the container is started');
}

/**
 * The operation after a probe of the service. Only a probe that fails ends the time for becoming healthy: of a service that
 * answers well by then, as when a process that was down meanwhile looks again, the next probe decides.
 */
export function withHealthSeen(operation: Operation, { result, reason }: HealthSeen, nowMs: number): Operation {
  if (operation.phase !== 'checking' && operation.phase !== 'checking_roll_back') return operation;
  const isSuccess = result === 'good' || (result === 'impaired' && operation.wasDegraded);
  if (isSuccess) return withSuccess(operation, nowMs);
  if (nowMs < (operation.healthDeadlineMs ?? 0))
    return operation.successes === 0 ? operation : { ...operation, successes: 0 };
  const message = `The service was not healthy within ${operation.timeoutSeconds} seconds: ${reason ?? result}`;
  const blamesChange = operation.phase === 'checking' && changesContainer(operation);
  const seen = { ...operation, lastSeen: { result, reason } };
  return withFault(seen, { code: 'TIMEOUT', message, blamesChange }, nowMs);
}

function withSuccess(operation: Operation, nowMs: number): Operation {
  const successes = operation.successes + 1;
  if (successes < successesToBeHealthy) return { ...operation, successes };
  return withLog({ ...operation, successes, phase: 'healthy' }, nowMs, 'the service is healthy');
}

/** The operation after a failure of its engine that may pass. */
export function withEngineFailure(operation: Operation, message: string, nowMs: number): Operation {
  return withLog({ ...operation, engineFailures: operation.engineFailures + 1 }, nowMs, message);
}

/** Whether its engine may be asked for the same thing again. The third failure counts as a refusal. */
export function mayTryAgain({ engineFailures }: Pick<Operation, 'engineFailures'>): boolean {
  return engineFailures < 3;
}

/**
 * The operation after something that keeps it from going on as asked. What has changed the container is rolled back; the
 * first fault is the one that is told.
 */
export function withFault(operation: Operation, fault: OperationFault, nowMs: number): Operation {
  const canRollBack = changesContainer(operation) && ['applying', 'checking'].includes(operation.phase);
  const faulty: Operation = {
    ...operation,
    fault: operation.fault ?? fault,
    engineFailures: 0,
    phase: canRollBack ? 'rolling_back' : 'broken_off',
  };
  return withLog(faulty, nowMs, canRollBack ? `${fault.message}; the change is rolled back` : fault.message);
}

/** Whether it makes the container another than it was, so that there is something to roll back and to clear away. */
export function changesContainer({ plan }: Pick<Operation, 'plan'>): boolean {
  return plan !== null && plan.action !== 'restart';
}

/** Where the state machine goes next, and how long it waits before, in seconds. */
export function nextStep(operation: Operation, nowMs: number): { next: string; wait_seconds: number } {
  const step = { applying: 'apply', checking: 'wait', checking_roll_back: 'wait', rolling_back: 'roll_back' } as const;
  const { phase } = operation;
  const next = phase in step && operation.status === 'running' ? step[phase as keyof typeof step] : 'finish';
  return { next, wait_seconds: waitSeconds(operation, nowMs) };
}

/** The operation with its end decided; as it was when it is. */
export function withEnd(operation: Operation, nowMs: number): Operation {
  if (operation.status !== 'running') return operation;
  const outcome = outcomeOf(operation);
  const ended: Operation = {
    ...operation,
    status: outcome === 'restarted' ? 'succeeded' : 'failed',
    outcome,
    completedMs: nowMs,
  };
  return withLog(ended, nowMs, `ended: ${outcome}`);
}

/** The operation with nothing left to do. */
export function withEndAnnounced(operation: Operation): Operation {
  const { unfinished, ...rest } = operation;
  return unfinished ? rest : operation;
}

function outcomeOf({ phase, fault }: Operation): Outcome {
  if (phase === 'healthy') return fault ? 'rolled_back' : 'restarted';
  return fault?.code === 'TIMEOUT' ? 'not_healthy' : 'failed';
}

/** Often at first, when most services come up, and less when it takes long. */
function waitSeconds({ healthDeadlineMs, timeoutSeconds }: Operation, nowMs: number): number {
  const elapsedMs = healthDeadlineMs === null ? 0 : nowMs - (healthDeadlineMs - timeoutSeconds * 1000);
  return elapsedMs < 30_000 ? 1 : 5;
}

export function withLog(operation: Operation, atMs: number, message: string): Operation {
  return { ...operation, log: [...operation.log, { atMs, message }].slice(-logMax) };
}
