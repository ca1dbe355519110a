import type { Table } from '../../backend/backend.ts';

/**
 * The ids of what has something left to do, oldest first, of a table whose index `by_unfinished` holds only that. The index
 * may lag: what is stored under an id decides.
 */
export async function* unfinishedIds(table: Pick<Table, 'query'>, partition: string): AsyncGenerator<string> {
  const query = { index: 'by_unfinished', partition, order: 'oldest' as const, limit: 100 };
  for (let from: string | undefined; ; ) {
    const page = await table.query({ ...query, ...(from === undefined ? {} : { from }) });
    for (const item of page.items) yield item.pk;
    const last = page.items.at(-1)?.pk;
    if (!page.more || last === undefined) return;
    from = `${last}\u0000`;
  }
}
