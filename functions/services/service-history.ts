import type { ServiceStatus } from './service-health.ts';

/** How a service did in one hour or one day. Milliseconds, of those in which it was watched. */
export interface WatchedTime {
  watchedMs: number;
  /** In which it was healthy or degraded. */
  upMs: number;
  /** The worst status in it. */
  worst: ServiceStatus;
}

/** One hour, counted from the epoch. */
export interface HourRecord extends WatchedTime {
  hour: number;
}

/** One day in UTC, counted from the epoch. */
export interface DayRecord extends WatchedTime {
  day: number;
}

/** Finished hours of a service, and days with the hours that are finished, newest first. */
export interface ServiceHistory {
  hours: HourRecord[];
  days: DayRecord[];
}

/** Enough for the last seven days and the 90 buckets of an hour. */
const hoursKept = 7 * 24;
/** Enough for the 90 buckets of a day. */
const daysKept = 90;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const noHistory: ServiceHistory = { hours: [], days: [] };

/**
 * The hour under way with a time in which the service had this status, and the hour before it when that ended within it.
 * The time may begin in the hour before, not earlier.
 */
export function withWatched(
  before: HourRecord | null,
  { fromMs, toMs, status }: { fromMs: number; toMs: number; status: ServiceStatus },
): { hour: HourRecord; finished: HourRecord | null } {
  const hour = Math.floor(toMs / hourMs);
  const startMs = hour * hourMs;
  const current = before?.hour === hour ? before : newHour(hour);
  const finished = before && before.hour < hour ? before : null;
  const earlierMs = Math.max(0, Math.min(toMs, startMs) - fromMs);
  return {
    hour: plus(current, toMs - Math.max(fromMs, startMs), status),
    finished: finished && { ...plus(finished, earlierMs, status), hour: finished.hour },
  };
}

/** The history with a finished hour. An hour that it has already is replaced, so that adding it again changes nothing. */
export function withHour(history: ServiceHistory, record: HourRecord): ServiceHistory {
  const known = history.hours.find(({ hour }) => hour === record.hour);
  const hours = [record, ...history.hours.filter(({ hour }) => hour !== record.hour)]
    .sort((one, other) => other.hour - one.hour)
    .slice(0, hoursKept);
  const day = Math.floor((record.hour * hourMs) / dayMs);
  const before = history.days.find((each) => each.day === day);
  const grown = known ? dayOf(day, hours) : { day, ...sum([record, ...(before ? [before] : [])]) };
  const days = [grown, ...history.days.filter((each) => each.day !== day)]
    .sort((one, other) => other.day - one.day)
    .slice(0, daysKept);
  return { hours, days };
}

/**
 * The share of the watched time in which it was up, 0 to 1, over the hours that reach into the window before now, to
 * the hour; null when it was not watched. At most seven days back.
 */
export function uptimeOver(
  history: ServiceHistory | undefined,
  health: { hour: HourRecord | null } | undefined,
  nowMs: number,
  windowMs: number,
): number | null {
  const from = Math.floor((nowMs - windowMs) / hourMs);
  return shareOf(hoursOf(history, health).filter(({ hour }) => hour >= from));
}

export interface Bucket {
  startMs: number;
  uptime: number | null;
  status: ServiceStatus;
}

/** The last `count` hours or days up to the one under way, oldest first; those that were not watched are unknown. */
export function bucketsOf(
  history: ServiceHistory | undefined,
  health: { hour: HourRecord | null } | undefined,
  nowMs: number,
  { bucketMs, count }: { bucketMs: number; count: number },
): Bucket[] {
  const records = new Map<number, WatchedTime[]>();
  const add = (startMs: number, record: WatchedTime) => {
    const bucket = Math.floor(startMs / bucketMs);
    records.set(bucket, [...(records.get(bucket) ?? []), record]);
  };
  if (bucketMs >= dayMs) {
    for (const record of history?.days ?? []) add(record.day * dayMs, record);
    if (health?.hour && !history?.hours.some(({ hour }) => hour === health.hour?.hour))
      add(health.hour.hour * hourMs, health.hour);
  } else for (const record of hoursOf(history, health)) add(record.hour * hourMs, record);
  const last = Math.floor(nowMs / bucketMs);
  return Array.from({ length: count }, (_, index) => {
    const bucket = last - count + 1 + index;
    const found = records.get(bucket) ?? [];
    return { startMs: bucket * bucketMs, uptime: shareOf(found), status: sum(found).worst };
  });
}

/** Finished hours and the one under way, each once. */
function hoursOf(history: ServiceHistory | undefined, health: { hour: HourRecord | null } | undefined): HourRecord[] {
  const current = health?.hour;
  const finished = (history?.hours ?? []).filter(({ hour }) => hour !== current?.hour);
  return current ? [current, ...finished] : finished;
}

function dayOf(day: number, hours: HourRecord[]): DayRecord {
  return { day, ...sum(hours.filter(({ hour }) => Math.floor((hour * hourMs) / dayMs) === day)) };
}

function shareOf(records: WatchedTime[]): number | null {
  const { watchedMs, upMs } = sum(records);
  return watchedMs === 0 ? null : upMs / watchedMs;
}

function sum(records: WatchedTime[]): WatchedTime {
  return {
    watchedMs: records.reduce((total, { watchedMs }) => total + watchedMs, 0),
    upMs: records.reduce((total, { upMs }) => total + upMs, 0),
    worst: records.map(({ worst }) => worst).reduce(worse, 'unknown'),
  };
}

function newHour(hour: number): HourRecord {
  return { hour, watchedMs: 0, upMs: 0, worst: 'unknown' };
}

/** Time in which nothing is known of it was not watched. */
function plus(record: HourRecord, ms: number, status: ServiceStatus): HourRecord {
  if (ms <= 0 || status === 'unknown') return record;
  return {
    hour: record.hour,
    watchedMs: record.watchedMs + ms,
    upMs: record.upMs + (status === 'unhealthy' ? 0 : ms),
    worst: worse(record.worst, status),
  };
}

const severity: Record<ServiceStatus, number> = { unknown: 0, healthy: 1, degraded: 2, unhealthy: 3 };

function worse(one: ServiceStatus, other: ServiceStatus): ServiceStatus {
  return severity[other] > severity[one] ? other : one;
}
