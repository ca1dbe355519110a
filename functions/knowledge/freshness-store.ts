import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import { queryAll } from '../core/query-all.ts';
import type { SourceFreshness } from './source-freshness.ts';

type Tables = Pick<Backend, 'table'>;

const pk = 'freshness';

/** What is known of every source's freshness, by its id. */
export async function loadFreshness(backend: Tables): Promise<Map<string, SourceFreshness>> {
  const items = await queryAll(backend.table('knowledge'), { partition: pk });
  return new Map(items.map((item) => [item.sk, freshnessOf(item)]));
}

/** Stores a change together with what is to be published of it. False, changing nothing, when somebody else was faster. */
export function storeFreshness(
  backend: Tables,
  sourceId: string,
  after: SourceFreshness,
  before: SourceFreshness | undefined,
): Promise<boolean> {
  const expires_at = Math.floor(after.keptUntilMs / 1000);
  const item = { ...after, pk, sk: sourceId, expires_at };
  const unchanged = before && { equals: { changedMs: before.changedMs, isStale: before.isStale } };
  return isApplied(backend.table('knowledge').put(item, unchanged ?? { exists: false }));
}

/** Notes that the change is published, unless there is another by now. */
export async function markPublished(backend: Tables, sourceId: string, { changedMs }: SourceFreshness): Promise<void> {
  const change = { set: { pending: null } };
  await isApplied(backend.table('knowledge').update({ pk, sk: sourceId }, change, { equals: { changedMs } }));
}

function freshnessOf({ pk: _pk, sk: _sk, expires_at: _, ...fields }: Readonly<Item>): SourceFreshness {
  return fields as unknown as SourceFreshness;
}
