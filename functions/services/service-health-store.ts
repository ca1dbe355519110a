import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import type { Probe } from '../../platform/probing/probe.ts';
import { loadPartition } from '../core/load-partition.ts';
import { untilUnchanged } from '../core/revision.ts';
import {
  type HealthChange,
  type Maintenance,
  neverProbed,
  type RestartFinding,
  type ServiceHealth,
  withDoubt,
  withRestartEnded,
} from './service-health.ts';

const pk = 'probe';

type Tables = Pick<Backend, 'table'>;

/** The health of every service that was ever probed, by name. */
export async function loadServiceHealths(backend: Tables): Promise<Map<string, ServiceHealth>> {
  const items = await loadPartition(backend, pk);
  return new Map([...items].map(([service, item]) => [service, healthOf(item)]));
}

/** The health of one service; undefined when it was never probed nor restarted. */
export async function loadServiceHealth(backend: Tables, service: string): Promise<ServiceHealth | undefined> {
  const item = await backend.table('services').get({ pk, sk: service });
  return item && healthOf(item);
}

/**
 * Stores what a probe made of a service's health, in one write. False, changing nothing, when the stored health is not
 * `before` any more: another probe was written or a restart began or ended.
 */
export function storeProbe(
  backend: Tables,
  service: string,
  { before, after }: { before: ServiceHealth; after: ServiceHealth },
): Promise<boolean> {
  return isApplied(replaceHealth(backend, service, { before, after }));
}

/** Stores why a probe does not count. Another probe that was written in between knows better, and stays. */
export async function storeDoubt(backend: Tables, service: string, before: ServiceHealth, probe: Probe): Promise<void> {
  const after = withDoubt(before, probe);
  if (after !== before) await isApplied(replaceHealth(backend, service, { before, after }));
}

/** Notes that the events of these changes are published, unless others have joined them. */
export async function markAnnounced(backend: Tables, service: string, changes: HealthChange[]): Promise<void> {
  const newest = changes.at(-1)?.atMs;
  if (newest === undefined) return;
  const clear = { remove: ['unannounced', 'unannouncedMs'] };
  const sameChanges = { equals: { unannouncedMs: newest } };
  await isApplied(backend.table('services').update({ pk, sk: service }, clear, sameChanges));
}

/** From now on probes change no status, until {@link endMaintenance} or the time given. Repeating it changes nothing. */
export async function beginMaintenance(backend: Tables, service: string, maintenance: Maintenance): Promise<void> {
  await backend.table('services').update({ pk, sk: service }, { set: maintenanceFields(maintenance) });
}

/**
 * Lets probes count again that begin from now on, unless another restart has begun since. A change of status that the
 * restart found stands in `unannounced`, for the next round of probes.
 */
export async function endMaintenance(
  backend: Pick<Backend, 'table' | 'clock'>,
  service: string,
  { operationId, found }: { operationId: string; found: RestartFinding | null },
): Promise<void> {
  await untilUnchanged(async () => {
    const before = await loadServiceHealth(backend, service);
    if (before?.maintenance?.operationId !== operationId) return;
    const after = withRestartEnded(before, { nowMs: backend.clock.now(), found });
    await replaceHealth(backend, service, { before, after });
  });
}

/** Throws ConditionFailed when the stored health is not `before` any more. */
function replaceHealth(
  backend: Tables,
  service: string,
  { before, after }: { before: ServiceHealth; after: ServiceHealth },
): Promise<Item> {
  const { maintenance, ...fields } = after;
  const set = { ...fields, ...maintenanceFields(maintenance), unannouncedMs: after.unannounced.at(-1)?.atMs };
  const unchanged = {
    lastProbeMs: before.lastProbeMs ?? undefined,
    countsFromMs: before.countsFromMs ?? undefined,
    maintenanceId: before.maintenance?.operationId,
    unannouncedMs: before.unannounced.at(-1)?.atMs,
  };
  return backend.table('services').update({ pk, sk: service }, { set: withoutNulls(set) }, { equals: unchanged });
}

/** Flat, so that a write can name what it expects. */
function maintenanceFields(maintenance: Maintenance | null) {
  return { maintenanceId: maintenance?.operationId, maintenanceUntilMs: maintenance?.untilMs };
}

/** Fields without a value are not stored, so that a condition can ask for their absence. */
function withoutNulls(fields: Record<string, unknown>): Record<string, unknown> {
  const stored = { ...fields };
  for (const name of Object.keys(stored)) stored[name] ??= undefined;
  return stored;
}

function healthOf({
  pk: _pk,
  sk: _sk,
  maintenanceId,
  maintenanceUntilMs,
  unannouncedMs: _,
  ...fields
}: Item): ServiceHealth {
  const maintenance =
    maintenanceId === undefined
      ? null
      : { operationId: maintenanceId as string, untilMs: maintenanceUntilMs as number };
  return { ...neverProbed, ...fields, maintenance };
}
