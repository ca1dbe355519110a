import type { Backend, Item } from '../../backend/backend.ts';

/** All items of one partition of the services' table, by service: one for each service at most. */
export async function loadPartition(
  backend: Pick<Backend, 'table'>,
  partition: 'probe' | 'history' | 'container' | 'config',
): Promise<ReadonlyMap<string, Readonly<Item>>> {
  const found = new Map<string, Readonly<Item>>();
  let before: string | undefined;
  for (;;) {
    const query = { partition, limit: 1000, ...(before === undefined ? {} : { before }) };
    const page = await backend.table('services').query(query);
    for (const item of page.items) found.set(item.sk, item);
    before = page.items.at(-1)?.sk;
    if (!page.more || before === undefined) return found;
  }
}
