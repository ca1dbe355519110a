import type { Backend, Table } from '../../backend/backend.ts';
import { type Reading, sumOf } from '../core/figures.ts';
import { addOnce } from './figure-item.ts';
import {
  allSubjects,
  hourKeptMs,
  hourKey,
  hourText,
  minuteKeptMs,
  minuteKey,
  minuteMs,
  totalKey,
} from './figure-keys.ts';
import { loadHourClosing } from './hour-closing-store.ts';

/**
 * A reading that is older may belong to an hour that is sealed. An hour is sealed 15 minutes after its end, and recording
 * takes at most one of those that are left.
 */
export const lateMs = 10 * minuteMs;

/**
 * Adds readings to the minutes that they were taken in. The marker names the batch: recorded again, whole or in part, it
 * changes nothing. So whoever is not sure whether a batch was recorded records it again.
 */
export async function recordReadings(
  { table, clock }: Pick<Backend, 'table' | 'clock'>,
  marker: string,
  readings: readonly Reading[],
): Promise<void> {
  const metrics = table('metrics');
  const nowMs = clock.now();
  await Promise.all(
    perMinute(readings).map((reading) =>
      nowMs - reading.atMs <= lateMs ? recordInMinute(metrics, marker, reading) : recordLate(metrics, marker, reading),
    ),
  );
}

function recordInMinute(metrics: Table, marker: string, { kind, subject, atMs, figures }: Reading): Promise<void> {
  return addOnce(metrics, minuteKey(kind, subject, atMs), { marker, figures, expiresAt: expiry(atMs, minuteKeptMs) });
}

/** Where the hour is sealed, nobody looks at its minutes any more: the reading goes where they went. */
async function recordLate(metrics: Table, marker: string, reading: Reading): Promise<void> {
  const { kind, subject, atMs, figures } = reading;
  const hour = hourText(atMs);
  const { sealed } = await loadHourClosing(metrics);
  if (sealed === null || hour > sealed) return recordInMinute(metrics, marker, reading);
  const inHour = { marker: markerIn(atMs, marker), figures, expiresAt: expiry(atMs, hourKeptMs) };
  await addOnce(metrics, hourKey(kind, subject, hour), inHour);
  await addOnce(metrics, hourKey(kind, allSubjects, hour), { ...inHour, marker: `${subject}#${inHour.marker}` });
  await addOnce(metrics, totalKey(kind, subject), { ...inHour, expiresAt: null });
}

/** A batch may hold several minutes of an hour, and hours of a total. */
function markerIn(atMs: number, marker: string): string {
  return `${new Date(atMs).toISOString().slice(0, 16)}#${marker}`;
}

function expiry(atMs: number, keptMs: number): number {
  return Math.ceil((atMs + keptMs) / 1000);
}

/** One reading for each kind, subject and minute. */
function perMinute(readings: readonly Reading[]): Reading[] {
  const groups = Map.groupBy(readings, ({ kind, subject, atMs }) => JSON.stringify(minuteKey(kind, subject, atMs)));
  return [...groups.values()].map(([first, ...others]) => ({
    ...(first as Reading),
    figures: sumOf([first as Reading, ...others].map(({ figures }) => figures)),
  }));
}
