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
  /** How many of the latest of these could not reach the upstream. */
  failedPolls: number;
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
    failedPolls: 0,
    revision: 0,
  };
}

/** 200 lines of 1,000 characters leave a run's item well under DynamoDB's 400 KB; complete logs are artifacts. */
const logLinesMax = 200;
const logCharactersMax = 1000;

/** The run with one more log line, or marked as truncated when it has its fill. */
export function withLog(run: StageRun, line: LogLine): StageRun {
  if (run.logs.length >= logLinesMax) return { ...run, logsTruncated: true };
  const isLong = line.message.length > logCharactersMax;
  const message = isLong ? `${line.message.slice(0, logCharactersMax - 1)}…` : line.message;
  return { ...run, logs: [...run.logs, { ...line, message }], logsTruncated: run.logsTruncated || isLong };
}

/**
 * Seconds until the next question of a stage that has asked this often: 1, 2, 3, 4, 6, 8, 12 … growing by half, at most
 * 120. Quick work is noticed at once. An agent that works for four hours takes some 130 questions, and an iteration in
 * which every stage takes its whole deadline some 200: at 9 history events a question ten such iterations stay under
 * the 25,000 events of a Step Functions execution.
 */
export function pollDelaySeconds(polls: number): number {
  return Math.min(120, Math.ceil(1.5 ** polls));
}
