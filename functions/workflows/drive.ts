import { setTimeout as elapse } from 'node:timers/promises';
import type { WorkflowStep } from './definition.ts';
import { isEnded, type StepRecord, skippedStep } from './execution.ts';
import { findExecution, storeStep } from './execution-store.ts';
import { type Moves, nextMoves } from './next-moves.ts';
import { runStep, StepTaken } from './run-step.ts';
import { type StepPool, stepPool } from './step-pool.ts';
import { see, type WorkflowRun } from './workflow-run.ts';

/** What the state machine does next. */
export type Next = { next: 'finish' } | { next: 'again' } | { next: 'wait'; wait_seconds: number };

/** A wait of up to so long costs less here than a way through the state machine, of some nine events of its history. */
const ownWaitMs = 1000;

/** The longest wait of the state machine, in seconds: after it the driver sees whether the execution was cancelled. */
const waitSecondsMax = 30;

/** Calls at a time: each may hold megabytes of input and answer. */
const callsMax = 64;

/** Whether a cancellation was asked for is looked for this often; in ms. */
const lookMs = 250;

/** What a call needs for itself at its end, and may take until it begins the first steps; in ms. */
const reserveMs = 10_000;

/** When another call of the driver is at work, this one looks again after so long. */
const otherCallSeconds = 5;

/**
 * Runs the steps of an execution, each as soon as its own dependencies have ended, until all have ended, or all that are
 * left wait, or the time of this call is up. Steps under way are always waited for. Throws what failed on our side.
 */
export async function drive(run: WorkflowRun, budgetMs: number): Promise<Next> {
  const pool = stepPool();
  run.callsEndMs = run.home.backend.clock.now() + budgetMs - reserveMs / 2;
  const call = { run, pool, fits: timeLimit(run, budgetMs), isCancelled: cancellationWatch(run) };
  let failure: unknown;
  try {
    while (pool.failure() === undefined) {
      const next = await advance(call);
      if (next) return next;
    }
    failure = pool.failure();
  } catch (error) {
    failure = error;
  }
  while (pool.size() > 0) await pool.oneEnded(budgetMs);
  if (failure instanceof StepTaken) return { next: 'wait', wait_seconds: otherCallSeconds };
  throw failure;
}

interface DriverCall {
  run: WorkflowRun;
  pool: StepPool;
  fits: ReturnType<typeof timeLimit>;
  isCancelled: ReturnType<typeof cancellationWatch>;
}

/** Begins and skips what can be, and waits until more can be. Says what is next when nothing is left for this call. */
async function advance({ run, pool, fits, isCancelled }: DriverCall): Promise<Next | undefined> {
  const cancelled = await isCancelled();
  const moves = nextMoves(run.steps, run.records, { isCancelled: cancelled, underWay: pool });
  await skip(run, moves, { isCancelled: cancelled, pool });
  const ready = [...moves.start, ...resumable(run, pool)];
  const begun = ready.filter(fits).slice(0, callsMax - pool.size());
  for (const step of begun) pool.begin(step.name, () => runStep(run, step));
  if (pool.size() > 0) {
    await pool.oneEnded(Math.min(lookMs, msToNext(run, pool)));
    return undefined;
  }
  return ready.length > 0 ? { next: 'again' } : rest(run, pool);
}

/** With nothing under way: waits for what waits, or says that the execution is over. */
async function rest(run: WorkflowRun, pool: StepPool): Promise<Next | undefined> {
  const waitMs = msToNext(run, pool);
  if (waitMs === Number.POSITIVE_INFINITY) {
    return run.steps.every(({ name }) => run.records.has(name)) ? { next: 'finish' } : undefined;
  }
  if (waitMs > ownWaitMs) return { next: 'wait', wait_seconds: Math.min(waitSecondsMax, Math.ceil(waitMs / 1000)) };
  await elapse(Math.min(waitMs, lookMs));
  return undefined;
}

/** Stores what is not to be run; of a cancelled execution also what waits for another attempt. */
async function skip(
  run: WorkflowRun,
  moves: Moves,
  { isCancelled, pool }: { isCancelled: boolean; pool: StepPool },
): Promise<void> {
  const { backend } = run.home;
  const nowMs = backend.clock.now();
  const { driver } = run.execution;
  const store = async (record: StepRecord, before?: StepRecord) => {
    if (!(await storeStep(backend, run.execution, record, before))) throw new StepTaken(record.name);
    see(run, record, null);
  };
  const skipped = moves.skip.map(({ name, reason }) => store(skippedStep(name, reason, nowMs)));
  const waiting = isCancelled ? waitingRecords(run, pool) : [];
  const given = waiting.map((record) => store({ ...givenUp(record, nowMs), driver }, record));
  await Promise.all([...skipped, ...given]);
}

function givenUp(record: StepRecord, nowMs: number): StepRecord {
  const error = { code: 'CANCELLED', message: 'The execution was cancelled while the step waited.' };
  return { ...record, status: 'failed', error, completedMs: nowMs, nextAttemptMs: null };
}

function waitingRecords({ records }: WorkflowRun, pool: StepPool): StepRecord[] {
  return [...records.values()].filter((record) => !isEnded(record) && !pool.has(record.name));
}

/** Steps that began and are not under way: their wait is over, or their process died. */
function resumable(run: WorkflowRun, pool: StepPool): WorkflowStep[] {
  const nowMs = run.home.backend.clock.now();
  const due = waitingRecords(run, pool).filter(({ nextAttemptMs }) => (nextAttemptMs ?? 0) <= nowMs);
  const names = new Set(due.map(({ name }) => name));
  return run.steps.filter(({ name }) => names.has(name));
}

/** Until the first of the steps that wait is due; infinite where none waits. What is due already waits for room. */
function msToNext(run: WorkflowRun, pool: StepPool): number {
  const nowMs = run.home.backend.clock.now();
  const dues = waitingRecords(run, pool).map(({ nextAttemptMs }) => (nextAttemptMs ?? 0) - nowMs);
  return Math.min(...dues.filter((ms) => ms > 0));
}

/** Whether a step may still end in this call. One that may take as long as a call begins only at the beginning of one. */
function timeLimit({ home }: WorkflowRun, budgetMs: number) {
  const { clock } = home.backend;
  const beganMs = clock.now();
  return ({ timeout_seconds }: WorkflowStep): boolean => {
    const leftMs = budgetMs - (clock.now() - beganMs);
    return leftMs - reserveMs >= Math.min(timeout_seconds * 1000, budgetMs - 2 * reserveMs);
  };
}

/** Looks from time to time whether the cancellation was asked for meanwhile. */
function cancellationWatch(run: WorkflowRun): () => Promise<boolean> {
  const { backend } = run.home;
  let lookedMs = backend.clock.now();
  return async () => {
    const nowMs = backend.clock.now();
    if (run.execution.cancelRequestedMs === null && nowMs - lookedMs >= lookMs) {
      lookedMs = nowMs;
      const now = await findExecution(backend, run.execution.id);
      if (now?.driver !== run.execution.driver || now.status !== 'running') throw new StepTaken('any');
      run.execution = now;
    }
    return run.execution.cancelRequestedMs !== null;
  };
}
