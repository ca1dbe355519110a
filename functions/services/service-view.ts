import type { Service } from '../../platform/catalogue.ts';
import { isoTime } from '../core/schemas.ts';
import type { ContainerFacts } from './container-facts.ts';
import type { ServiceView } from './contract.ts';
import { neverProbed, type ServiceHealth, type ServiceStatus, statusAt } from './service-health.ts';

interface Known {
  health: ServiceHealth | undefined;
  facts: ContainerFacts | null | undefined;
  nowMs: number;
  intervalSeconds: number;
}

/** A service as lists show it. Version and uptime are what it says itself, else what is known of its container. */
export function serviceView(
  service: Service,
  { health = neverProbed, facts, nowMs, intervalSeconds }: Known,
): ServiceView {
  const { name, container, port, tier, critical } = service;
  const status = statusAt(health, nowMs, intervalSeconds);
  const startedMs = isDown(status, facts) ? null : (health.startedMs ?? facts?.startedMs ?? null);
  return {
    name,
    container,
    port,
    tier,
    critical,
    status,
    status_since: status === health.status ? timeOrNull(health.sinceMs) : null,
    reason: health.reason,
    uptime_seconds: startedMs === null ? null : Math.max(0, Math.floor((nowMs - startedMs) / 1000)),
    last_health_check: timeOrNull(health.lastProbeMs),
    latency_ms: health.latencyMs,
    version: health.version ?? facts?.version ?? null,
    restarting: health.maintenance !== null && health.maintenance.untilMs > nowMs,
  };
}

/** The start that a service told once says nothing of now when it fails, or when its container does not run. */
function isDown(status: ServiceStatus, facts: Known['facts']): boolean {
  return status === 'unhealthy' || facts?.startedMs === null;
}

/** How many of the services have each status. */
export function statusCounts(services: Pick<ServiceView, 'status'>[]) {
  const count = (wanted: ServiceView['status']) => services.filter(({ status }) => status === wanted).length;
  return {
    total: services.length,
    healthy: count('healthy'),
    degraded: count('degraded'),
    unhealthy: count('unhealthy'),
    unknown: count('unknown'),
  };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}
