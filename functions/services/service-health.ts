import type { Probe } from '../../platform/probing/probe.ts';
import type { serviceStatuses } from '../events/contract.ts';
import type { Trouble } from './service-graph.ts';
import { type HourRecord, withWatched } from './service-history.ts';

export type ServiceStatus = (typeof serviceStatuses)[number];

/** What is stored of a service's health, in its compact record. Times are epoch ms. */
export interface ServiceHealth {
  /** As confirmed by repeated probes; whether the last probe is too old is for {@link statusAt} to judge. */
  status: ServiceStatus;
  sinceMs: number | null;
  /** Since when it has been degraded or unhealthy, in whatever turns; null: it is not. */
  troubledSinceMs: number | null;
  reason: string | null;
  lastProbeMs: number | null;
  latencyMs: number | null;
  version: string | null;
  startedMs: number | null;
  /** Since when no probe of it has counted, as nothing at all could be reached; null: the last one counted. */
  doubtedSinceMs: number | null;
  /** The last probes, newest first: when, result, how long. */
  recent: RecentProbe[];
  /** Earlier probes count for no change, as they fell into a restart of ours; null: all count. */
  countsFromMs: number | null;
  /** A restart of ours, during which probes change no status and raise no event. */
  maintenance: Maintenance | null;
  /** The hour under way; it moves to the history when the next one begins. */
  hour: HourRecord | null;
  /** Changes whose events may not have been published yet, oldest first. */
  unannounced: HealthChange[];
}

export interface RecentProbe {
  atMs: number;
  result: Probe['result'];
  latencyMs: number;
}

export interface Maintenance {
  operationId: string;
  /** When it is over at the latest, should nobody end it; epoch ms. */
  untilMs: number;
}

/** A confirmed change of status. */
export interface HealthChange {
  from: ServiceStatus;
  to: ServiceStatus;
  atMs: number;
  reason: string;
  rootCause: string | null;
}

/** From the platform's rules: so many failures in a row make a service unhealthy, so many successes healthy again. */
const failuresToFail = 3;
const successesToRecover = 2;

/** As many as the API shows and the rules look at, so that the record stays well below 1 kB. */
const recentMax = 10;

/** More than one is left only while the bus is down; the newest are kept. */
const unannouncedMax = 10;

/** A service that has never been probed. */
export const neverProbed: ServiceHealth = {
  status: 'unknown',
  sinceMs: null,
  troubledSinceMs: null,
  reason: null,
  lastProbeMs: null,
  latencyMs: null,
  version: null,
  startedMs: null,
  doubtedSinceMs: null,
  recent: [],
  countsFromMs: null,
  maintenance: null,
  hour: null,
  unannounced: [],
};

/**
 * The status as it can be claimed now: unknown when the last probe says nothing of now, and while a restart of ours keeps
 * probes from changing it, no better than the last one.
 */
export function statusAt(
  health: Pick<ServiceHealth, 'status' | 'lastProbeMs' | 'maintenance' | 'recent'> | undefined,
  nowMs: number,
  intervalSeconds: number,
): ServiceStatus {
  if (!health || health.lastProbeMs === null) return 'unknown';
  if (!isCurrent(health.lastProbeMs, nowMs, intervalSeconds)) return 'unknown';
  const isRestarting = health.maintenance !== null && health.maintenance.untilMs > nowMs;
  return isRestarting && health.recent[0]?.result === 'failed' ? 'unhealthy' : health.status;
}

/** Whether what was seen then says something of now: not after three intervals, nor after the clock was set back. */
export function isCurrent(seenMs: number, nowMs: number, intervalSeconds: number): boolean {
  return nowMs - seenMs <= staleMs(intervalSeconds) && !isSetBack(seenMs, nowMs, intervalSeconds);
}

/** The trouble that a confirmed status is. */
export function troubleIn(status: ServiceStatus): Trouble | null {
  if (status === 'unhealthy') return 'failing';
  return status === 'degraded' ? 'impaired' : null;
}

/**
 * The trouble that a service is in or has begun to be in: what explains that of others before it is confirmed itself, as
 * those that depend on it are found in trouble in the same round.
 */
export function troubleOf({ status, recent }: Pick<ServiceHealth, 'status' | 'recent'>): Trouble | null {
  const begun = recent[0]?.result ?? 'good';
  if (status === 'unhealthy' || begun === 'failed') return 'failing';
  return begun === 'impaired' ? 'impaired' : troubleIn(status);
}

/** What one probe makes of a service's health. */
export interface Judgement {
  health: ServiceHealth;
  /** The hour that ended with this probe, for the history. */
  finishedHour: HourRecord | null;
  /** The change that this probe confirmed; it stands in `health.unannounced` too. */
  change: HealthChange | null;
}

/**
 * The health after a probe. `rootCause` is asked only for a change to the worse. A probe that is not newer than the last
 * one changes nothing, unless the clock was set back. The first probe that finds the service at work is its first status
 * and no change.
 */
export function withProbe(
  before: ServiceHealth,
  probe: Probe,
  { intervalSeconds, rootCause }: { intervalSeconds: number; rootCause: () => string | null },
): Judgement {
  if (isOvertaken(before, probe, intervalSeconds)) return { health: before, finishedHour: null, change: null };
  const { maintenance, countsFromMs } = maintenanceAt(before, probe.atMs, intervalSeconds);
  const recent = [
    { atMs: probe.atMs, result: probe.result, latencyMs: probe.latencyMs },
    ...before.recent.slice(0, recentMax - 1),
  ];
  const counting = unbroken(recent, intervalSeconds).filter(({ atMs }) => atMs >= (countsFromMs ?? 0));
  const status = maintenance
    ? before.status
    : statusAfter(
        before.status,
        counting.map(({ result }) => result),
      );
  const change = changeOf(before, status, probe, rootCause);
  const watched = withWatched(before.hour, {
    fromMs: lastWatchedMs(before, probe.atMs, intervalSeconds),
    toMs: probe.atMs,
    status: before.status,
  });
  return {
    health: {
      status,
      sinceMs: status === before.status ? before.sinceMs : probe.atMs,
      troubledSinceMs: troubleIn(status) === null ? null : (before.troubledSinceMs ?? probe.atMs),
      reason: probe.reason,
      lastProbeMs: probe.atMs,
      latencyMs: probe.latencyMs,
      version: probe.version ?? (probe.result === 'failed' ? before.version : null),
      startedMs: probe.startedMs ?? (probe.result === 'failed' ? before.startedMs : null),
      doubtedSinceMs: null,
      recent,
      countsFromMs,
      maintenance,
      hour: watched.hour,
      unannounced: withChange(before, change),
    },
    finishedHour: watched.finished,
    change,
  };
}

/**
 * The health after a probe of a round in which nothing could be reached, which may as well be our own network's fault: it
 * counts for nothing, and tells why nothing newer is known.
 */
export function withDoubt(before: ServiceHealth, { atMs, reason }: Pick<Probe, 'atMs' | 'reason'>): ServiceHealth {
  const told = `${reason}; no service could be reached`;
  if (before.doubtedSinceMs !== null && before.reason === told) return before;
  return { ...before, reason: told, doubtedSinceMs: before.doubtedSinceMs ?? atMs };
}

/** What a restart of ours found the service to be, by as many probes in a row as a change of status takes. */
export interface RestartFinding {
  status: Exclude<ServiceStatus, 'unknown'>;
  reason: string | null;
  rootCause: string | null;
}

/**
 * The health when a restart of ours has ended: later probes count again, and what it found is the status; but not when it
 * should have ended long before.
 */
export function withRestartEnded(
  before: ServiceHealth,
  { nowMs, found }: { nowMs: number; found: RestartFinding | null },
): ServiceHealth {
  const ended = { ...before, maintenance: null, countsFromMs: nowMs };
  if (!found || !before.maintenance || before.maintenance.untilMs <= nowMs) return ended;
  const { status, reason, rootCause } = found;
  const change = changeOf(before, status, { atMs: nowMs, reason }, () => rootCause);
  return {
    ...ended,
    status,
    sinceMs: before.status === status ? before.sinceMs : nowMs,
    troubledSinceMs: troubleIn(status) === null ? null : (before.troubledSinceMs ?? nowMs),
    reason,
    unannounced: withChange(before, change),
  };
}

/** Two intervals may be missed, as a rule does no harm that an overlong round does. */
function staleMs(intervalSeconds: number): number {
  return 3 * intervalSeconds * 1000;
}

/** Those since the last gap in which the status was unknown: what was before it says nothing of now. */
function unbroken(recent: RecentProbe[], intervalSeconds: number): RecentProbe[] {
  const gap = recent.findIndex(({ atMs }, index) => {
    const later = recent[index - 1];
    return later !== undefined && Math.abs(later.atMs - atMs) > staleMs(intervalSeconds);
  });
  return gap < 0 ? recent : recent.slice(0, gap);
}

/** Whether a stored time lies so far ahead that no probe which met another explains it, but a clock that was set back. */
function isSetBack(storedMs: number, nowMs: number, intervalSeconds: number): boolean {
  return storedMs - nowMs > intervalSeconds * 1000;
}

function isOvertaken({ lastProbeMs }: ServiceHealth, { atMs }: Probe, intervalSeconds: number): boolean {
  return lastProbeMs !== null && atMs <= lastProbeMs && !isSetBack(lastProbeMs, atMs, intervalSeconds);
}

/** One that nobody ended is over when its time is, and counts as ended then. */
function maintenanceAt(before: ServiceHealth, nowMs: number, intervalSeconds: number) {
  const { maintenance } = before;
  const isAhead = before.countsFromMs !== null && isSetBack(before.countsFromMs, nowMs, intervalSeconds);
  const countsFromMs = isAhead ? null : before.countsFromMs;
  if (!maintenance || maintenance.untilMs > nowMs) return { maintenance, countsFromMs };
  return { maintenance: null, countsFromMs: Math.max(countsFromMs ?? 0, maintenance.untilMs) };
}

function statusAfter(status: ServiceStatus, results: Probe['result'][]): ServiceStatus {
  const row = (count: number, holds: (result: Probe['result']) => boolean) =>
    results.length >= count && results.slice(0, count).every(holds);
  if (row(failuresToFail, (result) => result === 'failed')) return 'unhealthy';
  if (status === 'unknown') return results[0] === 'good' ? 'healthy' : results[0] === 'impaired' ? 'degraded' : status;
  if (row(successesToRecover, (result) => result === 'good')) return 'healthy';
  if (status === 'unhealthy') return row(successesToRecover, (result) => result !== 'failed') ? 'degraded' : status;
  return row(failuresToFail, (result) => result !== 'good') ? 'degraded' : status;
}

function changeOf(
  { status: from }: ServiceHealth,
  to: ServiceStatus,
  { atMs, reason }: Pick<Probe, 'atMs' | 'reason'>,
  rootCause: () => string | null,
): HealthChange | null {
  if (from === to || (from === 'unknown' && to !== 'unhealthy')) return null;
  return {
    from,
    to,
    atMs,
    reason: reason ?? 'answers as it should',
    rootCause: to === 'healthy' ? null : rootCause(),
  };
}

function withChange({ unannounced }: ServiceHealth, change: HealthChange | null): HealthChange[] {
  return change ? [...unannounced, change].slice(-unannouncedMax) : unannounced;
}

/** The time between two probes was watched, unless it is so long that the status was unknown in between, or went by backwards. */
function lastWatchedMs({ lastProbeMs }: ServiceHealth, nowMs: number, intervalSeconds: number): number {
  if (lastProbeMs === null || nowMs - lastProbeMs > staleMs(intervalSeconds)) return nowMs;
  return Math.min(lastProbeMs, nowMs);
}
