import type { Clock } from '../backend.ts';

/** A clock that also wakes: everything in the embedded home that waits for a time waits for an alarm, never for a poll. */
export interface AlarmClock extends Clock {
  /** Calls `wake` once at (or soon after) this time, in epoch milliseconds. The returned function calls it off. */
  at(timeMs: number, wake: () => void): () => void;
}

/** The longest that one Node timer can run; a later alarm is reached by several. */
const timerMaxMs = 2 ** 31 - 1;

/** The machine's own clock. Its alarms do not keep the process alive: what serves requests does. */
export const systemAlarmClock: AlarmClock = {
  now: () => Date.now(),
  at(timeMs, wake) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const leftMs = timeMs - Date.now();
      timer = setTimeout(leftMs > timerMaxMs ? arm : wake, Math.min(Math.max(leftMs, 0), timerMaxMs)).unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
};
