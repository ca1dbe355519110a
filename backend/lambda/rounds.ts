import { setTimeout as elapse } from 'node:timers/promises';

/** A schedule calls a function once a minute. */
const minuteMs = 60_000;

interface RoundsOptions {
  everySeconds: number;
  /** For tests; the process's own unless told. */
  time?: { now(): number; elapse(ms: number): Promise<unknown> };
}

/**
 * Runs a task at once and then again every so many seconds within the minute that began with the call. A round that takes
 * longer than the interval is not overtaken: the next one comes at its next time. What rounds throw is thrown together in
 * the end, so that one does not keep the others from running.
 */
export async function rounds(
  run: () => Promise<unknown>,
  { everySeconds, time = { now: () => performance.now(), elapse } }: RoundsOptions,
): Promise<void> {
  const startedAt = time.now();
  const failures: unknown[] = [];
  for (let at = 0; at < minuteMs; at = nextTime(time.now() - startedAt, everySeconds * 1000)) {
    await time.elapse(Math.max(0, at - (time.now() - startedAt)));
    await run().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} rounds failed`);
}

/** The first multiple of the interval that is still to come. */
function nextTime(elapsedMs: number, intervalMs: number): number {
  return (Math.floor(elapsedMs / intervalMs) + 1) * intervalMs;
}
