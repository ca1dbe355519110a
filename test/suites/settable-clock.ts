import type { Clock } from '../../backend/backend.ts';

/** A clock that stands still until a test moves it. Alarms that come due on the way ring in order, each at its own time. */
export interface SettableClock extends Clock {
  advance(milliseconds: number): void;
  at(timeMs: number, wake: () => void): () => void;
}

export function settableClock(startMs = Date.now()): SettableClock {
  let nowMs = startMs;
  const alarms = new Set<{ timeMs: number; wake: () => void }>();
  const nextDue = (untilMs: number) =>
    [...alarms].filter((alarm) => alarm.timeMs <= untilMs).sort((a, b) => a.timeMs - b.timeMs)[0];
  return {
    now: () => nowMs,
    advance(milliseconds) {
      const untilMs = nowMs + milliseconds;
      for (let alarm = nextDue(untilMs); alarm; alarm = nextDue(untilMs)) {
        alarms.delete(alarm);
        nowMs = Math.max(nowMs, alarm.timeMs);
        alarm.wake();
      }
      nowMs = untilMs;
    },
    at(timeMs, wake) {
      const alarm = { timeMs, wake };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
  };
}
