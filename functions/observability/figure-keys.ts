import type { Key } from '../../backend/backend.ts';
import type { FigureKind, Reading } from '../core/figures.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** Nothing that is asked for looks further back than 7 days, and minutes are read of its first hour only. */
const minuteKeptMs = 8 * 24 * hourMs;
/** The hours of a month, for those who read the table. */
const hourKeptMs = 35 * 24 * hourMs;

/** The start of an hour as its key holds it, in UTC: `2025-01-15T10`. Such texts compare as the times do. */
export function hourText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 13);
}

/** When an hour begins that a key holds, epoch ms. */
export function hourStartMs(text: string): number {
  return Date.parse(`${text}:00:00.000Z`);
}

/** The hours from the one that a time is in up to the one that another is in, oldest first. */
export function hoursBetween(fromMs: number, toMs: number): string[] {
  const firstMs = hourStartMs(hourText(fromMs));
  const count = Math.floor((toMs - firstMs) / hourMs) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => hourText(firstMs + index * hourMs));
}

/** Stands for all subjects of a kind together. No subject begins with it, as none of ours has such a name. */
export const allSubjects = '*';

/** An item that figures are added to, and until when it is kept in epoch seconds; undefined for ever. */
export interface FigurePlace {
  key: Key;
  expiresAt?: number;
}

/** Where a reading is added: to its minute and its hour, of its subject and of all, and to the total of its subject. */
export function placesOf({ kind, subject, atMs }: Pick<Reading, 'kind' | 'subject' | 'atMs'>): FigurePlace[] {
  const minuteEnd = (atMs - (atMs % minuteMs) + minuteKeptMs) / 1000;
  const hourEnd = (atMs - (atMs % hourMs) + hourKeptMs) / 1000;
  return [
    { key: minuteKey(kind, subject, atMs), expiresAt: minuteEnd },
    { key: minuteKey(kind, allSubjects, atMs), expiresAt: minuteEnd },
    { key: hourKey(kind, subject, atMs), expiresAt: hourEnd },
    { key: hourKey(kind, allSubjects, atMs), expiresAt: hourEnd },
    { key: { pk: totalsOf(kind), sk: subject } },
  ];
}

/** Where the figures of one minute are: in a partition for each hour, so that an hour in parts is one query. */
function minuteKey(kind: FigureKind, subject: string, atMs: number): Key {
  return { pk: minutesOf(kind, hourText(atMs)), sk: `${subject}#${new Date(atMs).toISOString().slice(0, 16)}` };
}

/** The partition of the minutes of an hour. */
export function minutesOf(kind: FigureKind, hour: string): string {
  return `${kind}#minute#${hour}`;
}

/** Where the figures of an hour are: in a partition for each day. */
function hourKey(kind: FigureKind, subject: string, atMs: number): Key {
  const hour = hourText(atMs);
  return { pk: hoursOf(kind, hour.slice(0, 10)), sk: `${subject}#${hour}` };
}

/** The partition of the hours of a day, `2025-01-15`. */
export function hoursOf(kind: FigureKind, day: string): string {
  return `${kind}#hour#${day}`;
}

/** The partition of all that was ever measured of a kind, by subject. */
export function totalsOf(kind: FigureKind): string {
  return `${kind}#total`;
}

/** Subject and start of a minute's or an hour's sort key. */
export function partsOf({ sk }: Pick<Key, 'sk'>): { subject: string; startMs: number } {
  const mark = sk.lastIndexOf('#');
  const time = sk.slice(mark + 1);
  return {
    subject: sk.slice(0, mark),
    startMs: time.length === 13 ? hourStartMs(time) : Date.parse(`${time}:00.000Z`),
  };
}
