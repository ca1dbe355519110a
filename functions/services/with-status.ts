import type { Home } from '../core/endpoint.ts';
import type { ServiceHealth, ServiceStatus } from './service-health.ts';
import { statusAt } from './service-health.ts';

/** Names of services with the status that each has now. */
export function withStatus(
  names: string[],
  healths: ReadonlyMap<string, ServiceHealth>,
  { backend, settings }: Pick<Home, 'backend' | 'settings'>,
): { name: string; status: ServiceStatus }[] {
  const nowMs = backend.clock.now();
  return names.map((name) => ({ name, status: statusAt(healths.get(name), nowMs, settings.probeIntervalSeconds) }));
}
