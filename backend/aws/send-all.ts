import { setTimeout as pause } from 'node:timers/promises';

/** One entry that the service did not accept, though it answered the batch as a whole. */
export interface Refusal<T> {
  entry: T;
  code: string;
  message: string;
  /** False when the entry itself is at fault, so that sending it again can't help. */
  isRetryable: boolean;
}

/** 4 tries span 0.35 to 0.7 s: longer than a throttled burst of SQS or EventBridge, well inside every function's time limit. */
const triesMax = 4;
const firstPauseMs = 50;

/**
 * Sends a batch and sends again what was refused, with doubling, jittered pauses. Throws, with the services' codes, when
 * something is still refused after 4 tries or can never be accepted. What was accepted is not sent twice.
 */
export async function sendAll<T>(
  entries: T[],
  send: (entries: T[]) => Promise<Refusal<T>[]>,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<void> {
  let left = entries;
  for (let tries = 1; ; tries += 1) {
    const refusals = await send(left);
    if (refusals.length === 0) return;
    if (tries === triesMax || refusals.some((refusal) => !refusal.isRetryable)) throw notAccepted(refusals, tries);
    left = refusals.map((refusal) => refusal.entry);
    await wait(firstPauseMs * 2 ** (tries - 1) * (1 + Math.random()));
  }
}

function notAccepted<T>(refusals: Refusal<T>[], tries: number): Error {
  const reasons = [...new Set(refusals.map(({ code, message }) => `${code}: ${message}`))].join('; ');
  return new Error(`${refusals.length} entries were not accepted after ${tries} tries (${reasons})`);
}
