import type { Item, Query, Table } from '../../backend/backend.ts';

/** Every item of a query by the table's own keys, oldest first, however many pages that takes. For partitions that are known to be small. */
export async function queryAll(
  table: Pick<Table, 'query'>,
  query: Pick<Query, 'partition' | 'from' | 'before'>,
): Promise<Readonly<Item>[]> {
  const found: Readonly<Item>[] = [];
  let { before } = query;
  for (;;) {
    const page = await table.query({ ...query, ...(before === undefined ? {} : { before }), limit: 1000 });
    found.push(...page.items);
    before = page.items.at(-1)?.sk;
    if (!page.more || before === undefined) return found.reverse();
  }
}
