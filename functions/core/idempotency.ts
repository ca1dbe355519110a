import { createHash } from 'node:crypto';
import { type Item, isApplied, type Table } from '../../backend/backend.ts';
import { ApiError, validationError } from './errors.ts';
import type { HttpRequest, HttpResponse } from './http.ts';

/** How long an answer is remembered, from decisions: 24 hours. */
const rememberedSeconds = 24 * 3600;

/** How long an attempt may run before another takes it over: API Gateway gives up after 29 s, so that one died by then. */
const attemptSeconds = 32;

/** One attempt at an idempotent request: `seed` and `startedMs` are those of the first attempt. */
export interface Attempt {
  key: { pk: string; sk: string };
  seed: string;
  startedMs: number;
  /** The end of this attempt's lease, in epoch seconds: each attempt at a request has another. */
  busyUntil: number;
}

interface IdempotentRequest {
  request: HttpRequest;
  principal: string;
  operationId: string;
  nowMs: number;
}

/**
 * Begins an attempt under the request's Idempotency-Key. Gives the first answer when there is one, the attempt to run
 * otherwise. Throws 422 for a key that was used with another request and 409 while an attempt is running.
 */
export async function beginAttempt(table: Table, call: IdempotentRequest): Promise<Attempt | { replay: HttpResponse }> {
  const idempotencyKey = call.request.headers['idempotency-key'] ?? '';
  if (!/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
    throw validationError([
      { path: 'headers.Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters without spaces' },
    ]);
  }
  const key = { pk: `idempotency#${call.principal}#${call.operationId}#${idempotencyKey}`, sk: 'answer' };
  const nowSeconds = Math.floor(call.nowMs / 1000);
  const lease = { busy_until: nowSeconds + attemptSeconds, expires_at: nowSeconds + rememberedSeconds };
  const first = {
    ...key,
    ...lease,
    hash: hashOf(call.request),
    seed: `${key.pk}#${call.nowMs}`,
    started_ms: call.nowMs,
  };
  if (await isApplied(table.put(first, { exists: false }))) return attemptOf(first);
  const stored = await table.get(key);
  if (!stored) return beginAttempt(table, call);
  return continueAttempt(table, stored, { hash: first.hash, nowSeconds, lease });
}

interface Continuation {
  hash: string;
  nowSeconds: number;
  lease: { busy_until: number; expires_at: number };
}

async function continueAttempt(table: Table, stored: Item, call: Continuation) {
  if (stored['hash'] !== call.hash) throw new ApiError('IDEMPOTENCY_MISMATCH');
  if (stored['response']) return { replay: replayOf(stored['response'] as HttpResponse) };
  const busyUntil = stored['busy_until'] as number;
  const isOurs =
    busyUntil <= call.nowSeconds &&
    (await isApplied(table.update(stored, { set: call.lease }, { equals: { busy_until: busyUntil } })));
  if (isOurs) return attemptOf({ ...stored, ...call.lease });
  throw new ApiError('CONFLICT', {
    message: 'A request with this Idempotency-Key is still running, or was cut short less than half a minute ago.',
    headers: { 'retry-after': '1' },
  });
}

/**
 * Remembers the answer of an attempt that did its work. One that was refused is forgotten, so that the request can be
 * mended. One that failed on our side may have done half of it: the next attempt may begin at once and goes on with
 * the same ids. An attempt that another has taken over leaves everything to that one.
 */
export async function endAttempt(table: Table, attempt: Attempt, response: HttpResponse): Promise<void> {
  const stillOurs = { equals: { busy_until: attempt.busyUntil } };
  if (response.status < 300) await isApplied(table.update(attempt.key, { set: { response } }, stillOurs));
  else if (response.status < 500) await isApplied(table.delete(attempt.key, stillOurs));
  else await isApplied(table.update(attempt.key, { set: { busy_until: 0 } }, stillOurs));
}

function attemptOf(item: Item): Attempt {
  return {
    key: { pk: item.pk, sk: item.sk },
    seed: item['seed'] as string,
    startedMs: item['started_ms'] as number,
    busyUntil: item['busy_until'] as number,
  };
}

function replayOf(response: HttpResponse): HttpResponse {
  return { ...response, headers: { ...response.headers, 'idempotency-replayed': 'true' } };
}

function hashOf(request: HttpRequest): string {
  return createHash('sha256').update(`${request.method} ${request.path}\n`).update(request.body).digest('base64url');
}
