import type { StoredValue } from './large-value.ts';

export const executionStatuses = ['running', 'completed', 'failed', 'cancelled'] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

/** How an execution came to be: by hand, or by what (a delivery, an event, a time). */
export interface Cause {
  type: 'manual' | 'webhook' | 'event' | 'schedule';
  reference: string | null;
}

/** One run of a workflow's definition as it was when the run began. Times are epoch ms. */
export interface Execution {
  id: string;
  workflowId: string;
  workflowName: string;
  version: number;
  definitionKey: string;
  status: ExecutionStatus;
  cause: Cause;
  /** What the steps can refer to as `event`. */
  event: StoredValue;
  /** The workflows whose ends led to it, oldest first, its own last. */
  chain: string[];
  /** The time of its id, which lists go by. */
  createdMs: number;
  /** When it was stored: later where what led to it came late. */
  begunMs: number;
  completedMs: number | null;
  cancelRequestedMs: number | null;
  error: { code: string; step: string | null; message: string } | null;
  /** How often it has been driven. The present call of the driver has this number, and an earlier one no right to go on. */
  driver: number;
  /** Set until its end is published: what the index of unfinished ones goes by. */
  unfinished?: 'execution';
  /** Counts the writes; each is made on the revision that was read. */
  writes: number;
}

/** Why a step was not run. */
export const skipReasons = [
  'dependency_failed',
  'dependency_skipped',
  'condition_not_met',
  'cancelled',
  'broken_off',
] as const;
export type SkipReason = (typeof skipReasons)[number];

/** A step that began, ended or was skipped; one that waits has no record. */
export interface StepRecord {
  name: string;
  status: 'running' | 'completed' | 'failed' | 'skipped';
  attempts: number;
  /** How often an attempt was cut short by the end of its process. */
  cutShort: number;
  /** What was sent, with secrets masked; null for a step that was not run. */
  input: StoredValue | null;
  output: StoredValue | null;
  error: { code: string; message: string } | null;
  skipReason: SkipReason | null;
  startedMs: number | null;
  completedMs: number | null;
  /** The call of the driver that stored this. */
  driver: number;
  /** When a step that runs is looked at again: it waits for its next attempt, or for its service to be healthy. */
  nextAttemptMs: number | null;
}

export const isEnded = ({ status }: StepRecord) => status !== 'running';

export function skippedStep(name: string, skipReason: SkipReason, nowMs: number): StepRecord {
  const nothing = {
    attempts: 0,
    cutShort: 0,
    input: null,
    output: null,
    error: null,
    startedMs: null,
    nextAttemptMs: null,
  };
  return { name, status: 'skipped', ...nothing, skipReason, completedMs: nowMs, driver: 0 };
}

/** The execution with its cancellation asked for; one that has ended, or is asked to already, stays as it is. */
export function withCancellation(execution: Execution, nowMs: number): Execution {
  if (execution.status !== 'running' || execution.cancelRequestedMs !== null) return execution;
  return { ...execution, cancelRequestedMs: nowMs };
}

/** The execution in the hands of another call of the driver; one that has ended stays as it is. */
export function withDriver(execution: Execution): Execution {
  return execution.status === 'running' ? { ...execution, driver: execution.driver + 1 } : execution;
}

/** How an execution ended. */
export interface End {
  status: Exclude<ExecutionStatus, 'running'>;
  error: Execution['error'];
}

/** The execution once it has ended, its end still to be published; one that has ended stays as it is. */
export function withEnd(execution: Execution, { status, error }: End, nowMs: number): Execution {
  if (execution.status !== 'running') return execution;
  return { ...execution, status, error, completedMs: nowMs };
}

/** The execution once its end is published. */
export function withAnnouncement(execution: Execution): Execution {
  if (execution.unfinished === undefined) return execution;
  const { unfinished: _, ...announced } = execution;
  return announced;
}
