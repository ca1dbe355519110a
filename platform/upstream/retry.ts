import type { UpstreamError } from './errors.ts';

/** Tries in all. Three ride out a restart of one instance behind a service without tripling the load of a broken one. */
const triesMax = 3;

/**
 * How long to wait before the next try, in ms, or undefined when there is to be none here: the error is not worth it,
 * the tries are used up, or the service asked for more time than a function should wait.
 */
export function waitBeforeNextTry(error: UpstreamError, tryNumber: number, random: () => number): number | undefined {
  if (!error.isRetryable || tryNumber >= triesMax) return undefined;
  const askedForMs = error.retryAfterMs ?? 0;
  if (askedForMs > retryAfterMsMax) return undefined;
  return askedForMs + random() * backoffMs * 2 ** (tryNumber - 1);
}

/** Whether the service asked to be left alone for longer than is waited out here: the caller may come back then. */
export function asksForLongWait(error: UpstreamError): boolean {
  return error.isRetryable && (error.retryAfterMs ?? 0) > retryAfterMsMax;
}

/** Milliseconds that a `Retry-After` header asks for (whole seconds or an HTTP date), at least 0; undefined for anything else. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = /GMT$/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** Span of the first wait, doubled for the next; full jitter spreads callers that failed together over all of it. */
const backoffMs = 400;

/** Longest wait asked for that is waited out here: a function pays for waiting, a state machine does not. */
const retryAfterMsMax = 5_000;
