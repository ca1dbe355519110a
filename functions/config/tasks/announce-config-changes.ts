import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { announceRevisions } from '../announce-revisions.ts';
import { announceConfigChangesTask } from '../contract.ts';
import type { StoredConfig } from '../service-config.ts';
import { loadServiceConfigs } from '../service-config-store.ts';

/**
 * Announces changes whose process died between storing and publishing. One that cannot be announced now is logged, and
 * does not keep the others from it.
 */
export const announceConfigChanges = task(announceConfigChangesTask, async (_: unknown, home: Home) => {
  const configs = await loadServiceConfigs(home.backend);
  const left = [...configs.values()].filter(({ announcedRevision, revision }) => announcedRevision < revision);
  let announced = 0;
  for (const config of left) announced += (await announce(config, home)) ? 1 : 0;
  return { announced };
});

async function announce(config: StoredConfig, { backend, log }: Home): Promise<boolean> {
  try {
    await announceRevisions(backend, config);
    return true;
  } catch (error) {
    log.error('configuration change could not be announced', { service_name: config.service, error: error as Error });
    return false;
  }
}
