import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import { untilUnchanged } from '../core/revision.ts';
import { unfinishedIds } from '../core/unfinished-ids.ts';
import type { Refresh } from './refresh.ts';

type Tables = Pick<Backend, 'table'>;

const sk = 'refresh';

/** The partition of the index that lists all refreshes. */
export const allRefreshes = 'refresh';

/** As long as the executions of its state machine can be looked at. */
const keptSeconds = 90 * 24 * 3600;

/** When what belongs to a refresh of this age is forgotten, in epoch seconds. */
export function expiryOf({ createdMs }: Pick<Refresh, 'createdMs'>): number {
  return Math.floor(createdMs / 1000) + keptSeconds;
}

/** The refresh of this id, or undefined where there is none. */
export async function findRefresh(backend: Tables, id: string): Promise<Refresh | undefined> {
  const item = await backend.table('knowledge').get({ pk: id, sk });
  return item && refreshOf(item);
}

/** A refresh that is known to be stored. */
export async function loadRefresh(backend: Tables, id: string): Promise<Refresh> {
  const refresh = await findRefresh(backend, id);
  if (!refresh) throw new Error(`there is no refresh ${id}`);
  return refresh;
}

/** Stores a new refresh; one with this id that is stored already stays as it is. */
export async function createRefresh(backend: Tables, refresh: Refresh): Promise<void> {
  await isApplied(backend.table('knowledge').put(itemOf(refresh), { exists: false }));
}

/**
 * Changes a refresh by a pure rule, which is asked again when somebody else wrote first. A rule that gives its argument
 * back changes nothing and costs no write.
 */
export function changeRefresh(backend: Tables, id: string, rule: (refresh: Refresh) => Refresh): Promise<Refresh> {
  return untilUnchanged(async () => {
    const before = await loadRefresh(backend, id);
    const after = rule(before);
    if (after === before) return before;
    const stored = { ...after, writes: before.writes + 1 };
    await backend.table('knowledge').put(itemOf(stored), { equals: { writes: before.writes } });
    return stored;
  });
}

/** The ids of refreshes that have something left to do, oldest first. The index may lag: the refresh itself decides. */
export function unfinishedRefreshes(backend: Tables): AsyncGenerator<string> {
  return unfinishedIds(backend.table('knowledge'), 'refresh');
}

function itemOf(refresh: Refresh): Item {
  return { ...refresh, pk: refresh.id, sk, kind: allRefreshes, expires_at: expiryOf(refresh) };
}

/** A stored item as the refresh that it is. */
export function refreshOf({ pk: _pk, sk: _sk, kind: _kind, expires_at: _, ...fields }: Readonly<Item>): Refresh {
  return fields as unknown as Refresh;
}
