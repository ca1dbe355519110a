import { BodyTooLarge } from './answer.ts';
import {
  type UpstreamError,
  UpstreamFailing,
  UpstreamNonsense,
  UpstreamRejected,
  UpstreamTimedOut,
  UpstreamTooLarge,
  UpstreamUnreachable,
} from './errors.ts';
import type { UpstreamRequest } from './request.ts';

type Request = UpstreamRequest<unknown>;

/** The error for a call that gave no whole answer: no connection, a broken one, a time limit, or too many bytes. */
export function brokenCall(request: Request, cause: unknown, timeoutMs: number, isTimedOut: boolean): UpstreamError {
  const { service, method } = request;
  const path = shown(request);
  if (cause instanceof BodyTooLarge) {
    const message = `${method} ${path} answered with more than ${cause.bytesMax} bytes`;
    return new UpstreamTooLarge(message, { service, isRetryable: false, mayHaveBeenSent: true });
  }
  if (isTimedOut) {
    const message = `${method} ${path} did not answer within ${timeoutMs} ms`;
    return new UpstreamTimedOut(message, { service, isRetryable: isRepeatable(request), mayHaveBeenSent: true });
  }
  const code = systemCode(cause);
  const mayHaveBeenSent = !neverConnected.has(code);
  const isRetryable = !mayHaveBeenSent || isRepeatable(request);
  const message = `${method} ${path} could not reach it (${code})`;
  return new UpstreamUnreachable(message, { service, isRetryable, mayHaveBeenSent });
}

/** The error for an answer whose status is no success. */
export function refusedCall(
  request: Request,
  answer: { status: number; excerpt: string; retryAfterMs: number | undefined },
): UpstreamError {
  const { service, method } = request;
  const path = shown(request);
  const { status, excerpt, retryAfterMs } = answer;
  const message = `${method} ${path} answered ${status}${excerpt ? `: ${excerpt}` : ''}`;
  if (status < 500) {
    const facts = { service, status, isRetryable: status === 429, mayHaveBeenSent: false, retryAfterMs };
    return new UpstreamRejected(message, facts);
  }
  const isRetryable = passing.has(status) && isRepeatable(request);
  return new UpstreamFailing(message, { service, status, isRetryable, mayHaveBeenSent: true, retryAfterMs });
}

/** The error for a success that isn't what the service's API promises; `what` says how. */
export function nonsenseAnswer(request: Request, status: number, what: string): UpstreamError {
  const { service, method } = request;
  const path = shown(request);
  const facts = { service, status, isRetryable: false, mayHaveBeenSent: true };
  return new UpstreamNonsense(`${method} ${path} answered ${status} ${what}`, facts);
}

/** Failures that a gateway or an overloaded service answers with and that pass. */
const passing: ReadonlySet<number> = new Set([502, 503, 504]);

/** Causes of a failed fetch that come before the first byte is sent. */
const neverConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function isRepeatable({ isRepeatable, idempotencyKey, method }: Request): boolean {
  return isRepeatable ?? (idempotencyKey !== undefined || method === 'GET' || method === 'DELETE');
}

/** The system's code of what made fetch fail. Its message is left alone: it may quote the call. */
function systemCode(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'connection failed';
}

/** Enough of a path to know the call by. A query may hold secrets, and is left out. */
function shown({ path }: Request): string {
  const [before = ''] = path.split('?', 1);
  return before.length > pathShownMax ? `${before.slice(0, pathShownMax)}…` : before;
}

const pathShownMax = 200;
