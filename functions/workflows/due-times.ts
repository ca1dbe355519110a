import { Cron } from 'croner';
import type { Workflow } from './workflow.ts';

export type Schedule = Extract<Workflow['trigger'], { type: 'schedule' }>;

/**
 * When a schedule comes due after `fromMs` and not after `toMs`, in epoch ms, oldest first. What came due at `sinceMs` or
 * before does not count, and rates count from there: it is when the schedule was set. Throws for a schedule that cannot be
 * read.
 */
export function dueTimes(schedule: Schedule, sinceMs: number, fromMs: number, toMs: number): number[] {
  const afterMs = Math.max(sinceMs, fromMs);
  return schedule.cron === undefined
    ? rateTimes(schedule.rate ?? '', sinceMs, afterMs, toMs)
    : cronTimes(schedule.cron, afterMs, toMs);
}

/** Minute, hour, day of the month, month and day of the week, in UTC. */
function cronTimes(pattern: string, afterMs: number, toMs: number): number[] {
  const cron = new Cron(pattern, { mode: '5-part', timezone: 'UTC' });
  const times: number[] = [];
  let next = cron.nextRun(new Date(afterMs));
  while (next && next.getTime() <= toMs) {
    times.push(next.getTime());
    next = cron.nextRun(next);
  }
  return times;
}

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function rateTimes(rate: string, sinceMs: number, afterMs: number, toMs: number): number[] {
  const [, count, unit] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(rate) ?? [];
  if (count === undefined) throw new Error(`"${rate}" is not a rate such as "5 minutes"`);
  const everyMs = Number(count) * unitMs[unit as keyof typeof unitMs];
  const times: number[] = [];
  for (let turn = Math.floor((afterMs - sinceMs) / everyMs) + 1; sinceMs + turn * everyMs <= toMs; turn += 1) {
    times.push(sinceMs + turn * everyMs);
  }
  return times;
}
