import type { Item, Key, Query, Table } from '../../backend/backend.ts';
import type { IndexSpec } from '../../backend/resources.ts';
import { placedIndexWrites, readUnits, writeUnits } from './dynamo-units.ts';
import type { TableHeat } from './heat.ts';
import type { Usage } from './usage.ts';

/**
 * A table that adds up what DynamoDB would charge for each call of the AWS adapter: gets and queries by the table's own
 * keys are consistent, a query examines one item beyond its limit, and a write that is refused costs as one that happens.
 */
export function countedTable(table: Table, indexes: Record<string, IndexSpec>, usage: Usage, heat?: TableHeat): Table {
  async function counted<T>(key: Key, write: () => Promise<T>): Promise<T> {
    const before = await table.get(key);
    try {
      return await write();
    } finally {
      const after = await table.get(key);
      const placed = placedIndexWrites(before, after, indexes);
      for (const each of placed) heat?.add({ ...each, kind: 'write' });
      heat?.add({ partition: key.pk, units: writeUnits(before, after, {}), kind: 'write' });
      usage.writeUnits += writeUnits(before, after, indexes);
      usage.tableCalls += 1;
    }
  }
  return {
    async get(key) {
      const item = await table.get(key);
      const units = readUnits([item], true);
      heat?.add({ partition: key.pk, units, kind: 'read' });
      usage.readUnits += units;
      usage.tableCalls += 1;
      return item;
    },
    async query(query) {
      const items = await examined(table, query);
      const units = readUnits(items, query.index === undefined);
      heat?.add({ ...(query.index && { index: query.index }), partition: query.partition, units, kind: 'read' });
      usage.readUnits += units;
      usage.tableCalls += 1;
      return table.query(query);
    },
    put: (item, condition) => counted(item, () => table.put(item, condition)),
    update: (key, changes, condition) => counted(key, () => table.update(key, changes, condition)),
    delete: (key, condition) => counted(key, () => table.delete(key, condition)),
  };
}

/** The port's own bound; a page of so many items shows whether there are more by being full. */
const limitMax = 1000;

async function examined(table: Table, query: Query): Promise<readonly Item[]> {
  if (Object.keys(query.equals ?? {}).length > 0) throw new Error('What a filtered query examines is not counted.');
  return (await table.query({ ...query, limit: Math.min(query.limit + 1, limitMax) })).items;
}
