import type { Backend, Item } from '../../backend/backend.ts';
import { queryAll } from './query-all.ts';

/** All items of one partition of the services' table, by service: one for each service at most. */
export async function loadPartition(
  backend: Pick<Backend, 'table'>,
  partition: 'probe' | 'history' | 'container' | 'config',
): Promise<ReadonlyMap<string, Readonly<Item>>> {
  const items = await queryAll(backend.table('services'), { partition });
  return new Map(items.map((item) => [item.sk, item]));
}
