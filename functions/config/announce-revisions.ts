import type { Backend } from '../../backend/backend.ts';
import { eventOf, publishEvents } from '../events/contract.ts';
import { type ConfigRevision, type StoredConfig, unannouncedRevisions, withAnnounced } from './service-config.ts';
import { changeServiceConfig } from './service-config-store.ts';

/**
 * Publishes the event of each revision that may not have been published, and notes that it is. An event names what was
 * changed, never a value. Broken off in between, it is done again with the same events.
 */
export async function announceRevisions(backend: Pick<Backend, 'table' | 'bus'>, config: StoredConfig): Promise<void> {
  if (config.announcedRevision >= config.revision) return;
  await publishEvents(
    backend,
    unannouncedRevisions(config).map((revision) => changedEvent(config.service, revision)),
  );
  await changeServiceConfig(backend, config.service, (now) => withAnnounced(now, config.revision));
}

function changedEvent(service: string, { revision, changedMs, environment, resources }: ConfigRevision) {
  return eventOf('service.config.changed', {
    atMs: changedMs,
    occurrence: `${service}#${revision}`,
    service,
    data: {
      service,
      revision,
      environment: Object.keys(environment),
      resources: Object.keys(resources) as (keyof typeof resources)[],
    },
  });
}
