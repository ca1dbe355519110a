import type { StageName } from '../core/settings.ts';
import type { Failure } from './pipeline.ts';

export interface LogLine {
  timeMs: number;
  level: 'info' | 'warn' | 'error';
  message: string;
}

export interface Artifact {
  name: string;
  contentType: string;
  /** Bytes. */
  size: number;
  /** Where the object store holds it. */
  key: string;
}

/** How a run of a stage ended, and what later stages may need of it. */
export interface StageOutcome {
  /** `passed` its gate, was `rejected` by it (a coding agent may do better), or was `broken` off (it may not). */
  verdict: 'passed' | 'rejected' | 'broken';
  /** Why it did not pass, one sentence each. */
  reasons: string[];
  failure?: Failure;
  result: Record<string, unknown>;
}

/** One run of one stage in one iteration, with everything that must survive between two calls of its function. */
export interface StageRun {
  pipelineId: string;
  stage: StageName;
  iteration: number;
  startedMs: number;
  completedMs?: number;
  /** Results of steps that are done, by name: a step with a result here is never done again. */
  steps: Record<string, unknown>;
  logs: LogLine[];
  logsTruncated: boolean;
  artifacts: Artifact[];
  /** How often the function has asked and found the work unfinished. */
  polls: number;
  /** Since when every question failed, in epoch ms; absent while the upstream answers. */
  failingSinceMs?: number;
  /** How often an upstream asked to be left alone, and until when, in epoch ms, it last did. */
  putOffs: number;
  notBeforeMs?: number;
  outcome?: StageOutcome;
  revision: number;
}

export function newStageRun(pipelineId: string, stage: StageName, iteration: number, nowMs: number): StageRun {
  return {
    pipelineId,
    stage,
    iteration,
    startedMs: nowMs,
    steps: {},
    logs: [],
    logsTruncated: false,
    artifacts: [],
    polls: 0,
    putOffs: 0,
    revision: 0,
  };
}

/**
 * A run's item must stay under DynamoDB's 400 KB. 100 log lines of 500 characters take at most 150 KB in UTF-8, the
 * reasons, which a step and the outcome hold, twice 60 KB; complete logs and reports are artifacts.
 */
const logLinesMax = 100;
const logCharactersMax = 500;
const reasonsMax = 20;
const reasonCharactersMax = 1000;

/** The run with one more log line, or marked as truncated when it has its fill. */
export function withLog(run: StageRun, line: LogLine): StageRun {
  if (run.logs.length >= logLinesMax) return { ...run, logsTruncated: true };
  const message = shortened(line.message, logCharactersMax);
  const isLong = message !== line.message;
  return { ...run, logs: [...run.logs, { ...line, message }], logsTruncated: run.logsTruncated || isLong };
}

/** The reasons as far as a run keeps them: 20 of 1,000 characters, and how many more there were. */
export function keptReasons(reasons: string[]): string[] {
  const kept = reasons.slice(0, reasonsMax).map((reason) => shortened(reason, reasonCharactersMax));
  return reasons.length > reasonsMax ? [...kept, `And ${reasons.length - reasonsMax} more.`] : kept;
}

/** A step's result with every text in it short enough to be stored; what may be longer is an artifact. */
export function withShortTexts<T>(result: T): T {
  if (result === undefined) return result;
  const shorten = (_: string, value: unknown) => (typeof value === 'string' ? shortened(value, 4000) : value);
  return JSON.parse(JSON.stringify(result), shorten);
}

/** The text's end is what tells of a failure in a log, so the middle is left out; no character is cut in half. */
export function shortened(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const kept = Math.floor((charactersMax - 1) / 2);
  return `${text.slice(0, kept)}…${text.slice(-kept)}`.toWellFormed();
}

/**
 * Seconds until the next question of a stage that has asked this often: 1, 2, 3, 4, 6, 8, 12 … growing by half, at most
 * 120 or a fiftieth of a deadline of more than 100 minutes. Quick work is noticed at once, and even a deadline of a week
 * is reached within 75 questions: at 9 history events a question, ten iterations whose every stage takes that long stay
 * under the 25,000 events of a Step Functions execution.
 */
export function pollDelaySeconds(polls: number, deadlineSeconds: number): number {
  return Math.min(Math.max(120, Math.ceil(deadlineSeconds / 50)), Math.ceil(1.5 ** polls));
}

/** Whole seconds that the state machine waits, at least 1: no shorter than an upstream asked for, no longer than to the deadline. */
export function waitSeconds(run: StageRun, deadlineSeconds: number, nowMs: number): number {
  const delay = pollDelaySeconds(run.polls - 1, deadlineSeconds);
  const askedFor = Math.ceil(((run.notBeforeMs ?? 0) - nowMs) / 1000);
  const left = Math.ceil((run.startedMs + deadlineSeconds * 1000 - nowMs) / 1000);
  return Math.max(1, Math.min(Math.max(delay, askedFor), left));
}
