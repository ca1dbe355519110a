import { isApplied, type Table } from '../../backend/backend.ts';
import { hourMs, hourStartMs, hourText, minuteKeptMs } from './figure-keys.ts';

const key = { pk: 'closing', sk: 'hours' };

/** How far hours are closed; see close-hours.ts. Hours as in their keys, null when there is none. */
export interface HourClosing {
  /** Up to this hour nothing is added to minutes any more. */
  sealed: string | null;
  /** When it was sealed, epoch ms. */
  sealedMs: number;
  /** Up to this hour the minutes are in the hours and the totals. */
  closed: string | null;
}

/**
 * When the first hour begins that is not closed, epoch ms. Before any is, there is nothing older than some hours, since hours
 * are closed soon after their ends; and of hours whose minutes are not kept any more there is nothing to close.
 */
export function firstOpenMs({ closed }: HourClosing, nowMs: number): number {
  const oldestMs = hourStartMs(hourText(nowMs - (closed === null ? firstHoursMs : minuteKeptMs)));
  return closed === null ? oldestMs : Math.max(oldestMs, hourStartMs(closed) + hourMs);
}

const firstHoursMs = 3 * hourMs;

export async function loadHourClosing(metrics: Pick<Table, 'get'>): Promise<HourClosing> {
  const item = await metrics.get(key);
  const { sealed = null, sealedMs = 0, closed = null } = (item ?? {}) as Partial<HourClosing>;
  return { sealed, sealedMs, closed };
}

/** False, changing nothing, when somebody else was faster. */
export function storeHourClosing(
  metrics: Pick<Table, 'update'>,
  before: HourClosing,
  after: HourClosing,
): Promise<boolean> {
  const unchanged = { sealed: before.sealed ?? undefined, closed: before.closed ?? undefined };
  const { sealed, sealedMs, closed } = after;
  const set = { sealed: sealed ?? undefined, sealedMs, closed: closed ?? undefined };
  return isApplied(metrics.update(key, { set }, { equals: unchanged }));
}
