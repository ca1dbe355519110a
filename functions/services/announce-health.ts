import type { Home } from '../core/endpoint.ts';
import { eventOf, publishEvents } from '../events/contract.ts';
import { dependentsOf } from './service-graph.ts';
import type { HealthChange } from './service-health.ts';
import { markAnnounced } from './service-health-store.ts';

/** Publishes changes of a service's health and notes that. Cut short, it is done again, and the events are the same ones. */
export async function announceHealth(
  { backend, catalogue }: Pick<Home, 'backend' | 'catalogue'>,
  service: string,
  changes: HealthChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const impacted = dependentsOf(catalogue, service).map(({ name }) => name);
  await publishEvents(
    backend,
    changes.map(({ from, to, atMs, reason, rootCause: root_cause }) =>
      eventOf('service.health_changed', {
        atMs,
        occurrence: `${service}#${atMs}`,
        service,
        data: { service, from, to, reason, root_cause, impacted },
      }),
    ),
  );
  await markAnnounced(backend, service, changes);
}
