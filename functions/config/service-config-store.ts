import type { Backend, Item } from '../../backend/backend.ts';
import { loadPartition } from '../core/load-partition.ts';
import { untilUnchanged } from '../core/revision.ts';
import {
  type Applying,
  applyingOf,
  newConfig,
  type StoredConfig,
  withApplied,
  withApplying,
  withFailed,
  withLeftPending,
} from './service-config.ts';

const pk = 'config';

type Tables = Pick<Backend, 'table'>;

/** What users changed of a service's configuration; of a service that nobody has changed, a configuration that says so. */
export async function loadServiceConfig(backend: Tables, service: string): Promise<StoredConfig> {
  const item = await backend.table('services').get({ pk, sk: service });
  return item ? configOf(item) : newConfig(service);
}

/** The stored configurations by service; services that nobody has changed are missing. */
export async function loadServiceConfigs(backend: Tables): Promise<Map<string, StoredConfig>> {
  const items = await loadPartition(backend, pk);
  return new Map(Array.from(items, ([service, item]) => [service, configOf(item)]));
}

/**
 * Changes a service's configuration by a pure rule, which is asked again when somebody else wrote first. A rule that gives
 * its argument back changes nothing and costs no write.
 */
export function changeServiceConfig(
  backend: Tables,
  service: string,
  rule: (config: StoredConfig) => StoredConfig,
): Promise<StoredConfig> {
  return untilUnchanged(async () => {
    const before = await loadServiceConfig(backend, service);
    const after = rule(before);
    if (after === before) return before;
    const stored = { ...after, writes: before.writes + 1 };
    const unchanged = before.writes === 0 ? { exists: false } : { equals: { writes: before.writes } };
    await backend.table('services').put({ ...stored, pk, sk: service }, unchanged);
    return stored;
  });
}

/**
 * Hands all that is pending to a restart, and remembers that it has it: asked again, the answer is the same until
 * {@link markApplied}, {@link markFailed} or {@link leavePending}, whatever is changed meanwhile. The revision is null when nothing is pending.
 */
export async function beginApplying(backend: Tables, service: string, operationId: string): Promise<Applying> {
  return applyingOf(await changeServiceConfig(backend, service, (config) => withApplying(config, operationId)));
}

/** Notes that what this restart took on is in the container. Nothing happens when that is settled already. */
export async function markApplied(backend: Tables, service: string, operationId: string, nowMs: number): Promise<void> {
  await changeServiceConfig(backend, service, (config) => withApplied(config, operationId, nowMs));
}

/**
 * Takes what this restart took on out of what is desired, so that the next restart does not try it again; `reason` is
 * shown to users. Nothing happens when that is settled already.
 */
export async function markFailed(
  backend: Tables,
  service: string,
  operationId: string,
  reason: string,
  nowMs: number,
): Promise<void> {
  await changeServiceConfig(backend, service, (config) => withFailed(config, operationId, { reason, nowMs }));
}

/** Leaves what this restart took on to the next one. Nothing happens when that is settled already. */
export async function leavePending(backend: Tables, service: string, operationId: string): Promise<void> {
  await changeServiceConfig(backend, service, (config) => withLeftPending(config, operationId));
}

function configOf({ pk: _pk, sk: _sk, ...fields }: Item): StoredConfig {
  return fields as unknown as StoredConfig;
}
