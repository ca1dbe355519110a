import type { Catalogue, Service } from '../../platform/catalogue.ts';
import { isoTime } from '../core/schemas.ts';
import {
  bucketsOf,
  dependentsOf,
  neverProbed,
  noHistory,
  rootCauseOf,
  type ServiceHealth,
  type ServiceHistory,
  type ServiceStatus,
  statusAt,
  troubleIn,
  uptimeOver,
} from '../services/contract.ts';
import type { HealthDashboardView } from './contract.ts';

/** What the dashboard is made of. */
export interface DashboardSource {
  catalogue: Catalogue;
  healths: ReadonlyMap<string, ServiceHealth>;
  histories: ReadonlyMap<string, ServiceHistory>;
  nowMs: number;
  intervalSeconds: number;
  bucketMs: number;
}

const dayMs = 24 * 3_600_000;

/** From the reference of status pages: as many bars as they show. */
const bucketCount = 90;

/** The whole overview, from what is stored alone. */
export function healthDashboard(source: DashboardSource): HealthDashboardView {
  const { catalogue, nowMs, bucketMs } = source;
  const statuses = new Map(catalogue.services.map(({ name }) => [name, statusOf(source, name)]));
  const all = (wanted: ServiceStatus) => [...statuses.values()].filter((status) => status === wanted).length;
  const tiers = Map.groupBy(catalogue.services, ({ tier }) => tier);
  return {
    status: overallStatus(catalogue.services, statuses),
    generated_at: isoTime(nowMs),
    summary: {
      total: statuses.size,
      healthy: all('healthy'),
      degraded: all('degraded'),
      unhealthy: all('unhealthy'),
      unknown: all('unknown'),
    },
    bucket_ms: bucketMs,
    tiers: [...tiers].map(([name, services]) => ({
      name,
      status: overallStatus(services, statuses),
      components: services.map((service) => component(service, source)),
    })),
    incidents: incidents(source, statuses),
  };
}

type Statuses = ReadonlyMap<string, ServiceStatus>;

function statusOf({ healths, nowMs, intervalSeconds }: DashboardSource, name: string): ServiceStatus {
  return statusAt(healths.get(name), nowMs, intervalSeconds);
}

/**
 * The worst that is known. A critical service of which nothing is known keeps everything from being called usable, as it
 * does for `/ready`; another one changes nothing beside services that are known.
 */
function overallStatus(services: Service[], statuses: Statuses): HealthDashboardView['status'] {
  const having = (status: ServiceStatus) => services.filter(({ name }) => statuses.get(name) === status);
  const [unhealthy, unknown] = [having('unhealthy'), having('unknown')];
  if (unhealthy.some(({ critical }) => critical)) return 'major_outage';
  if (unhealthy.length > 0) return 'partial_outage';
  if (unknown.length === services.length || unknown.some(({ critical }) => critical)) return 'unknown';
  return having('degraded').length > 0 ? 'degraded' : 'operational';
}

function component({ name, critical }: Service, source: DashboardSource) {
  const { healths, histories, nowMs, bucketMs } = source;
  const health = healths.get(name) ?? neverProbed;
  const history = histories.get(name) ?? noHistory;
  return {
    name,
    status: statusOf(source, name),
    critical,
    reason: health.reason,
    last_health_check: health.lastProbeMs === null ? null : isoTime(health.lastProbeMs),
    uptime: {
      last_24h: uptimeOver(history, health, nowMs, dayMs),
      last_7d: uptimeOver(history, health, nowMs, 7 * dayMs),
    },
    buckets: bucketsOf(history, health, nowMs, { bucketMs, count: bucketCount }).map(({ startMs, uptime, status }) => ({
      start: isoTime(startMs),
      uptime,
      status,
    })),
  };
}

/** Newest first, of confirmed changes. Services that are in trouble because of another one's stand with that one. */
function incidents({ catalogue, healths, nowMs }: DashboardSource, statuses: Statuses) {
  const trouble = (name: string) => troubleIn(statuses.get(name) ?? 'unknown');
  const isConfirmed = (name: string) => typeof healths.get(name)?.troubledSinceMs === 'number';
  const troubled = catalogue.services.filter(({ name }) => trouble(name) !== null && isConfirmed(name));
  const byOrigin = Map.groupBy(troubled, ({ name }) => rootCauseOf(catalogue, name, trouble) ?? name);
  return [...byOrigin]
    .map(([origin, services]) => {
      const health = healths.get(origin) ?? neverProbed;
      const startedMs = health.troubledSinceMs ?? nowMs;
      return {
        service: origin,
        status: statuses.get(origin) ?? ('unknown' as const),
        started_at: isoTime(startedMs),
        duration_ms: Math.max(0, nowMs - startedMs),
        reason: health.reason ?? 'recovering',
        affected: services.map(({ name }) => name).filter((name) => name !== origin),
        impacted: dependentsOf(catalogue, origin).map(({ name }) => name),
      };
    })
    .sort((one, other) => other.started_at.localeCompare(one.started_at));
}
