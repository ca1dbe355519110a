import type { Probe } from '../../platform/probing/probe.ts';
import type { Home } from '../core/endpoint.ts';
import { rootCauseOf } from './service-graph.ts';
import { type HealthChange, neverProbed, type ServiceHealth, troubleOf, withProbe } from './service-health.ts';
import { loadServiceHealth, storeProbe } from './service-health-store.ts';
import { addHour } from './service-history-store.ts';

/** Rounds of two pollers and a restart can meet; a fourth time somebody is at war with us, and the next round will do. */
const attemptsMax = 4;

/**
 * Stores what a probe makes of a service's health. Gives the changes to announce: none unless the probe confirmed one.
 * `healths` is what the round knows of all services, and is kept up to date. When somebody else wrote in between, it is
 * decided again on what they wrote; one probe never counts twice.
 */
export async function recordProbe(
  home: Home,
  service: string,
  { probe, healths }: { probe: Probe; healths: Map<string, ServiceHealth> },
): Promise<HealthChange[]> {
  const { backend, catalogue, settings } = home;
  const trouble = (name: string) => troubleOf(healths.get(name) ?? neverProbed);
  const rules = {
    intervalSeconds: settings.probeIntervalSeconds,
    rootCause: () => rootCauseOf(catalogue, service, trouble),
  };
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const before = healths.get(service) ?? neverProbed;
    const { health: after, finishedHour, change } = withProbe(before, probe, rules);
    if (after === before) return [];
    if (finishedHour) await addHour(backend, service, finishedHour);
    if (await storeProbe(backend, service, { before, after })) {
      healths.set(service, after);
      return change ? after.unannounced : [];
    }
    healths.set(service, (await loadServiceHealth(backend, service)) ?? neverProbed);
  }
  home.log.warn('probe not recorded: others wrote in between', { service_name: service });
  return [];
}
