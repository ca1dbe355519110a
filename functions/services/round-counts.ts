import type { Backend } from '../../backend/backend.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
import { isCurrent, type ServiceHealth, statusAt } from './service-health.ts';

/** What the last round of probes found in all, in one small item, so that a liveness that is asked often reads no more. */
export interface RoundCounts {
  /** When the round ended, epoch ms. */
  atMs: number;
  /** Healthy services of the catalogue; null when nothing is known of any. */
  healthy: number | null;
}

const key = { pk: 'round', sk: 'last' };

type Tables = Pick<Backend, 'table'>;

/** What a round that ends now has found. */
export function roundCounts(
  { services }: Catalogue,
  healths: ReadonlyMap<string, ServiceHealth>,
  { nowMs, intervalSeconds }: { nowMs: number; intervalSeconds: number },
): RoundCounts {
  const statuses = services.map(({ name }) => statusAt(healths.get(name), nowMs, intervalSeconds));
  const isKnown = statuses.some((status) => status !== 'unknown');
  return { atMs: nowMs, healthy: isKnown ? statuses.filter((status) => status === 'healthy').length : null };
}

/** Replaces those of the round before. */
export async function storeRoundCounts(backend: Tables, counts: RoundCounts): Promise<void> {
  await backend.table('services').put({ ...key, ...counts });
}

/** How many services are healthy by the last round; null when nothing is known of any, or when that round is too old. */
export async function loadHealthyCount(
  backend: Pick<Backend, 'table' | 'clock'>,
  intervalSeconds: number,
): Promise<number | null> {
  const item = await backend.table('services').get(key);
  if (!item) return null;
  const { atMs, healthy } = item as unknown as RoundCounts;
  return isCurrent(atMs, backend.clock.now(), intervalSeconds) ? healthy : null;
}
