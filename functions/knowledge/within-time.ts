import { setTimeout as elapse } from 'node:timers/promises';

/** What the work gives, unless it takes longer than `limitMs`; then `late`. Work that is late is left to its own limits. */
export async function withinTime<T, Late>(work: Promise<T>, limitMs: number, late: Late): Promise<T | Late> {
  const stop = new AbortController();
  const limit = elapse(limitMs, late, { signal: stop.signal });
  /** Aborted, or overtaken by work that failed: nobody asks for it any more. */
  limit.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    stop.abort();
  }
}
