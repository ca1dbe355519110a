/** So much longer than its delay a pause may be, so that what failed together does not come again together. */
const jitter = 0.1;

/** SQS hides a message for 12 hours at most from its receipt; this leaves it the time of the attempt. */
export const pauseSecondsMax = 11 * 3600;

interface Failure {
  /** How many tries there have been, this one included. */
  tries: number;
  /** The receiver's `Retry-After`, where it sent one. */
  retryAfter: string | null;
  nowMs: number;
}

/**
 * Milliseconds until the next try, or undefined when there is none: the schedule's delay and up to a tenth more, or longer
 * where the receiver asks for it, at most 11 hours. `random` is from 0 to 1.
 */
export function nextPauseMs(delays: readonly number[], failure: Failure, random: number): number | undefined {
  const delaySeconds = delays[failure.tries - 1];
  if (delaySeconds === undefined) return undefined;
  const scheduledMs = delaySeconds * 1000 * (1 + jitter * random);
  const askedMs = retryAfterMs(failure.retryAfter, failure.nowMs);
  return Math.round(Math.min(Math.max(scheduledMs, askedMs), pauseSecondsMax * 1000));
}

/** What a Retry-After header asks for (RFC 9110, 10.2.3): seconds or a date; 0 where it is neither. */
function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? 0 : Math.max(0, atMs - nowMs);
}
