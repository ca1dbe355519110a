import type { StatementSync } from 'node:sqlite';
import type { Clock, Item, Key, Table } from '../backend.ts';
import { checkIndexKeys, checkKey } from '../key-sizes.ts';
import { withChanges } from './changes.ts';
import { checkCondition } from './condition.ts';
import { type ParseRow, parsedRows } from './parsed-rows.ts';
import type { Store } from './store.ts';
import { queryOf } from './table-query.ts';
import { type IndexSpecs, prepareSchema, type TableSchema } from './table-schema.ts';

/**
 * A table in the store: a JSON body for each item, and a column for each field that an index goes by. Reading, deciding
 * and writing happen in one synchronous piece of the only process that writes, so a condition needs no lock.
 */
export function openTable(store: Store, name: string, indexes: IndexSpecs, clock: Clock): Table & Expiring {
  const schema = prepareSchema(store.database, name, indexes);
  const statements = prepareStatements(store, schema);
  /** For queries, and for writes, which mostly change what a query has just read. */
  const parse = parsedRows();

  function find(key: Key, itemOf: ParseRow): { stored?: Stored; item?: Item } {
    checkKey(key);
    const stored = statements.find.get(key.pk, key.sk) as unknown as Stored | undefined;
    if (!stored) return {};
    const isExpired = stored.expires_at !== null && stored.expires_at * 1000 <= clock.now();
    return isExpired ? { stored } : { stored, item: itemOf(stored.id, stored.body) };
  }

  function save(item: Item, stored: Stored | undefined, current: Item | undefined): void {
    checkIndexKeys(item, Object.values(indexes));
    const body = serialised(item);
    if (stored && current && isIndexedAlike(item, current, schema)) {
      statements.replaceBody.run(body, stored.id);
      return;
    }
    const columns = [item.expires_at ?? null, ...schema.fields.map((field) => indexValue(item, field))];
    if (stored) statements.replace.run(body, ...columns, stored.id);
    else statements.insert.run(item.pk, item.sk, body, ...columns);
  }

  return {
    get: (key) => store.read(() => find(key, parsedAnew).item),
    query: queryOf(store, schema, clock, parse),
    put: (item, condition) =>
      store.write(() => {
        const { stored, item: current } = find(item, parse);
        checkCondition(current, condition);
        save(item, stored, current);
      }),
    update: (key, changes, condition) =>
      store.write(() => {
        const { stored, item: current } = find(key, parse);
        checkCondition(current, condition);
        const item = withChanges(current ?? { pk: key.pk, sk: key.sk }, changes);
        save(item, stored, current);
        return item;
      }),
    delete: (key, condition) =>
      store.write(() => {
        const { stored, item: current } = find(key, parse);
        checkCondition(current, condition);
        if (stored) statements.remove.run(stored.id);
      }),
    removeExpired: (itemsMax) =>
      store.write(() => Number(statements.removeExpired.run(clock.now() / 1000, itemsMax).changes)),
  };
}

/** Gives an item that its reader may change. */
const parsedAnew: ParseRow = (_, body) => JSON.parse(body);

/** What frees the room of items that are absent anyway. */
export interface Expiring {
  /** Removes at most so many expired items and tells how many it removed. */
  removeExpired(itemsMax: number): Promise<number>;
}

interface Stored {
  id: number;
  body: string;
  expires_at: number | null;
}

type StatementName = 'find' | 'insert' | 'replace' | 'replaceBody' | 'remove' | 'removeExpired';

function prepareStatements({ database }: Store, { table, columns }: TableSchema): Record<StatementName, StatementSync> {
  const written = ['body', 'expires_at', ...columns];
  return {
    find: database.prepare(`SELECT id, body, expires_at FROM ${table} WHERE pk = ? AND sk = ?`),
    insert: database.prepare(
      `INSERT INTO ${table} (pk, sk, ${written.join(', ')}) VALUES (?, ?, ${written.map(() => '?').join(', ')})`,
    ),
    replace: database.prepare(
      `UPDATE ${table} SET ${written.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`,
    ),
    replaceBody: database.prepare(`UPDATE ${table} SET body = ? WHERE id = ?`),
    remove: database.prepare(`DELETE FROM ${table} WHERE id = ?`),
    removeExpired: database.prepare(
      `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE expires_at <= ? LIMIT ?)`,
    ),
  };
}

/** Most bytes of one item, as on DynamoDB: what fits here fits there. */
const itemBytesMax = 400 * 1024;

function serialised(item: Item): string {
  if (item.pk === '' || item.sk === '') throw new TypeError('An item needs a partition and a sort key.');
  const body = JSON.stringify(item);
  if (body.length * 3 > itemBytesMax && Buffer.byteLength(body) > itemBytesMax) {
    throw new RangeError(`An item may have ${itemBytesMax} bytes.`);
  }
  return body;
}

/** Whether no column but the body differs, which then is all that has to be written. */
function isIndexedAlike(item: Item, current: Item, { fields }: TableSchema): boolean {
  return item.expires_at === current.expires_at && fields.every((field) => item[field] === current[field]);
}

/** An index holds text, as on DynamoDB, and leaves out items without the field. */
function indexValue(item: Item, field: string): string | null {
  const value = item[field];
  if (value === undefined) return null;
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`The indexed field ${field} must be text, not empty.`);
  return value;
}
