import type { sourceReasons, sourceStates } from './refresh-schemas.ts';

type SourceState = (typeof sourceStates)[number];
export type SourceReason = (typeof sourceReasons)[number];

/** A source in a refresh. Times are epoch ms. */
export interface SourceRun {
  /** The id that knowledge-ingestor gave it; of one that is not there any more, what the request called it. */
  id: string;
  sourceUrl: string | null;
  collection: string | null;
  state: SourceState;
  /** Why it is ingested again, or is not. */
  reason: SourceReason;
  documents: number | null;
  chunks: number | null;
  error: string | null;
  startedMs: number | null;
  completedMs: number | null;
  /** Whether the ingestor has taken its re-ingestion on. */
  isAccepted: boolean;
  /** How often the ingestor was asked, in vain so far. */
  questions: number;
  /** Counts the writes; each is made on the revision that was read. */
  writes: number;
}

/** Whether nothing is left to do for it. */
export function isOver({ state }: Pick<SourceRun, 'state'>): boolean {
  return state !== 'pending' && state !== 'ingesting';
}

/** The source with its time running. */
export function withBegun(source: SourceRun, nowMs: number): SourceRun {
  return source.state === 'pending' ? { ...source, state: 'ingesting', startedMs: nowMs } : source;
}

/** How the ingestion of a source ended. */
export type SourceEnd =
  | { state: 'ingested'; documents: number; chunks: number }
  | { state: 'deleted' }
  | { state: 'failed'; error: string };

/** The source once its ingestion has ended; the first end that is stored counts. */
export function withEnd(source: SourceRun, end: SourceEnd, nowMs: number): SourceRun {
  return isOver(source) ? source : { ...source, ...end, completedMs: nowMs };
}

/** The end of a source whose time is over, with what kept it if that is known; undefined while it is not. */
export function timeOut(
  { startedMs }: Pick<SourceRun, 'startedMs'>,
  { deadlineSeconds, nowMs, reason }: { deadlineSeconds: number; nowMs: number; reason?: string | undefined },
): SourceEnd | undefined {
  if (startedMs === null || nowMs < startedMs + deadlineSeconds * 1000) return undefined;
  const late = `It was not ingested within ${deadlineSeconds} seconds`;
  return { state: 'failed', error: reason === undefined ? `${late}.` : `${late}: ${reason}` };
}

/**
 * Seconds until the ingestor is asked again, after so many questions, the start among them: 1, 2, 3, 4, 6, 8, 12 … growing
 * by half, at most a tenth of the deadline, and no longer than to the deadline. A `Retry-After` makes a pause longer.
 */
export function pauseSeconds(
  { questions, startedMs }: Pick<SourceRun, 'questions' | 'startedMs'>,
  { deadlineSeconds, retryAfterMs = 0, nowMs }: { deadlineSeconds: number; retryAfterMs?: number; nowMs: number },
): number {
  const pause = Math.min(Math.ceil(1.5 ** (questions - 1)), Math.ceil(deadlineSeconds / 10));
  const left = Math.ceil(((startedMs ?? nowMs) + deadlineSeconds * 1000 - nowMs) / 1000);
  return Math.max(1, Math.min(Math.max(pause, Math.ceil(retryAfterMs / 1000)), left));
}

/**
 * Sources that one refresh ingests. An execution of Step Functions may have 25,000 events. A question with its pause has 9
 * of them (three states of two events, and three of the function call), and a source four more. Even the longest deadline,
 * six hours, is reached within 28 questions, which makes 256 events a source and 20,480 for 80 sources. What is left is
 * for calls that fail and are made again, at three events each.
 */
export const sourcesMax = 80;
