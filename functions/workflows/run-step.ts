import type { Json } from '../../backend/backend.ts';
import { UpstreamError } from '../../platform/upstream/errors.ts';
import { maskedValue } from '../config/contract.ts';
import { statusAt } from '../services/contract.ts';
import { type Condition, isConditionMet, requestOf, type WorkflowStep } from './definition.ts';
import { type StepRecord, skippedStep } from './execution.ts';
import { storeStep } from './execution-store.ts';
import { keepValue } from './large-value.ts';
import { maskedJson } from './masked-json.ts';
import { callService, type StepCall } from './step-call.ts';
import { MissingValue, render, renderPath, type Scope, TemplateFailure } from './template.ts';
import { see, type WorkflowRun } from './workflow-run.ts';

/** A service is left alone for as long as it asks for, but an execution is not held up for days; in ms. */
const retryAfterMsMax = 3_600_000;

/** An attempt that was cut short is made again; one that always is, is likely what ends the process. */
const cutShortMax = 3;

/**
 * Brings a step one attempt further: its record says then that it has ended, or how long it waits, and is stored before
 * anything that builds on it begins. A step that was cut short makes the same attempt again, with the same idempotency key.
 * Throws {@link StepTaken} when another call of the driver works on it too.
 */
export async function runStep(run: WorkflowRun, step: WorkflowStep): Promise<void> {
  const before = run.records.get(step.name);
  const record = running(run, step, before);
  const prepared = prepare(run, step);
  if ('skip' in prepared) return end(run, skippedStep(step.name, 'condition_not_met', now(run)), before);
  if ('failure' in prepared) {
    return end(run, { ...record, ...failed(run, { code: 'TEMPLATE_FAILED', message: prepared.failure }) }, before);
  }
  if (record.cutShort > cutShortMax) {
    const message = `The step was cut short ${record.cutShort} times, which its call may be the cause of.`;
    const attempts = before?.attempts ?? 0;
    return end(run, { ...record, attempts, ...failed(run, { code: 'INTERNAL', message }) }, before);
  }
  if (!(await heldUp(run, step, record))) await attempt(run, step, { before, call: prepared.call, record });
}

/** What the step sends, that its condition is not met, or which value is missing. */
function prepare(
  { scope }: WorkflowRun,
  step: WorkflowStep,
): { call: StepCall } | { skip: true } | { failure: string } {
  try {
    if (step.when && !isConditionMet(step.when, conditionValue(step.when, scope))) return { skip: true };
    const { method, path } = requestOf(step.action);
    const body = step.input === null ? undefined : render(step.input, scope);
    return { call: { method, path: renderPath(path, scope), body } };
  } catch (error) {
    if (error instanceof TemplateFailure) return { failure: error.message };
    throw error;
  }
}

/** Whether something is there can be asked of what is not there. */
function conditionValue(condition: Condition, scope: Scope): Json | undefined {
  try {
    return render(condition.value, scope);
  } catch (error) {
    if (error instanceof MissingValue && 'exists' in condition) return undefined;
    throw error;
  }
}

const now = ({ home }: WorkflowRun) => home.backend.clock.now();
const objectKey = ({ execution }: WorkflowRun, { name }: WorkflowStep, part: string) =>
  `executions/${execution.id}/${name}/${execution.driver}-${part}`;

/** A step that was running when its call of the driver ended was cut short, and makes the same attempt again. */
function running({ home, execution }: WorkflowRun, { name }: WorkflowStep, before: StepRecord | undefined): StepRecord {
  const isCutShort = before !== undefined && before.nextAttemptMs === null;
  const nothing = { input: null, output: null, error: null, skipReason: null, completedMs: null, nextAttemptMs: null };
  return {
    name,
    status: 'running',
    attempts: Math.max(0, (before?.attempts ?? 0) - (isCutShort ? 1 : 0)),
    cutShort: (before?.cutShort ?? 0) + (isCutShort ? 1 : 0),
    startedMs: before?.startedMs ?? home.backend.clock.now(),
    driver: execution.driver,
    ...nothing,
  };
}

function failed(run: WorkflowRun, error: NonNullable<StepRecord['error']>) {
  return { status: 'failed', error, completedMs: now(run) } as const;
}

/** Whether a service that is not healthy holds the step up: it waits then, or has failed. */
async function heldUp(run: WorkflowRun, step: WorkflowStep, record: StepRecord): Promise<boolean> {
  const before = run.records.get(step.name);
  const { home } = run;
  const health = (await run.healths()).get(step.service);
  const nowMs = now(run);
  if (statusAt(health, nowMs, home.settings.probeIntervalSeconds) !== 'unhealthy') return false;
  const untilMs = (record.startedMs ?? nowMs) + step.wait_for_healthy_seconds * 1000;
  if (nowMs >= untilMs) {
    const error = { code: 'SERVICE_UNAVAILABLE', message: `The service ${step.service} is unhealthy.` };
    await end(run, { ...record, ...failed(run, error) }, before);
    return true;
  }
  const pauseMs = healthPauseMs(nowMs - (record.startedMs ?? nowMs));
  await store(run, { ...record, nextAttemptMs: Math.min(untilMs, nowMs + pauseMs) }, before);
  return true;
}

/** A service that is not healthy is looked at again soon at first, and then less often; in ms. */
function healthPauseMs(waitedMs: number): number {
  return Math.min(30_000, Math.max(2000, waitedMs / 4));
}

interface Attempt {
  before: StepRecord | undefined;
  call: StepCall;
  record: StepRecord;
}

async function attempt(run: WorkflowRun, step: WorkflowStep, { before, call, record }: Attempt): Promise<void> {
  const sent = maskedJson({ path: call.path, body: call.body ?? null });
  const input = await keepValue(run.home.backend, objectKey(run, step, 'input'), sent);
  const begun = { ...record, input, attempts: record.attempts + 1 };
  const answer = await claimedCall(run, step, { before, begun, call });
  if (!(answer instanceof UpstreamError)) {
    const output = await keepValue(run.home.backend, objectKey(run, step, 'output'), answer.output);
    return end(run, { ...begun, status: 'completed', output, completedMs: now(run) }, begun, answer.output);
  }
  if (answer.isRetryable && begun.attempts < step.retry.max_attempts) {
    const pauseMs = Math.max(step.retry.backoff_seconds * 1000, Math.min(answer.retryAfterMs ?? 0, retryAfterMsMax));
    return store(run, { ...begun, nextAttemptMs: now(run) + pauseMs }, begun);
  }
  const error = { code: codeOf(answer), message: shownMessage(step, answer) };
  return end(run, { ...begun, ...failed(run, error) }, begun);
}

/**
 * What the service answers. A call that is not to be repeated is made once it is stored that it is: a driver that has lost
 * the execution makes none. Any other is made meanwhile, and lasts as long as both, whatever becomes of them.
 */
async function claimedCall(
  run: WorkflowRun,
  step: WorkflowStep,
  { before, begun, call }: { before: StepRecord | undefined; begun: StepRecord; call: StepCall },
) {
  const claim = store(run, begun, before);
  if (step.retry.max_attempts === 1) await claim;
  const answering = callService(run, step, call);
  await Promise.allSettled([claim, answering]);
  await claim;
  return answering;
}

/** The name of a service is none of a secret, though it may look like one. */
function shownMessage({ service }: WorkflowStep, { message }: UpstreamError): string {
  const begin = `${service}: `;
  return message.startsWith(begin) ? `${begin}${maskedValue('message', message.slice(begin.length))}` : message;
}

function codeOf({ name }: UpstreamError): string {
  if (name === 'UpstreamTimedOut') return 'TIMEOUT';
  return name === 'UpstreamUnreachable' || name === 'UpstreamNotConfigured' ? 'SERVICE_UNAVAILABLE' : 'STEP_FAILED';
}

async function store(run: WorkflowRun, record: StepRecord, before: StepRecord | undefined): Promise<void> {
  if (!(await storeStep(run.home.backend, run.execution, record, before))) throw new StepTaken(record.name);
  run.records.set(record.name, record);
}

async function end(run: WorkflowRun, record: StepRecord, before: StepRecord | undefined, output: Json = null) {
  await store(run, record, before);
  see(run, record, output);
}

/** Two calls of the driver work on one execution. The one that notices leaves it to the other. */
export class StepTaken extends Error {
  override name = 'StepTaken';
  constructor(step: string) {
    super(`The step ${step} is worked on by another call.`);
  }
}
