import type { StatementSync } from 'node:sqlite';
import { type Clock, type Item, isFiltered, type Page, type Query, type Scalar, type Table } from '../backend.ts';
import { checkQueryKeys } from '../key-sizes.ts';
import { hasValues } from './condition.ts';
import type { ParseRow } from './parsed-rows.ts';
import type { Store } from './store.ts';
import type { TableSchema } from './table-schema.ts';

const limitMax = 1000;

/** The query of a table. Each shape of query is prepared once; what shapes there are is bounded by the code that asks. */
export function queryOf(store: Store, schema: TableSchema, clock: Clock, parse: ParseRow): Table['query'] {
  const prepared = new Map<string, StatementSync>();

  function statementFor(query: Query): StatementSync {
    const { index, order, from, before, equals = {} } = query;
    const shape = [index, order, from !== undefined, before !== undefined, Object.keys(equals).length].join(' ');
    let statement = prepared.get(shape);
    if (!statement) {
      statement = store.database.prepare(selectionOf(query, schema));
      statement.setReturnArrays(true);
      prepared.set(shape, statement);
    }
    return statement;
  }

  return async (query) => {
    if (!(query.limit >= 1 && query.limit <= limitMax)) throw new RangeError(`A page has 1 to ${limitMax} items.`);
    checkQueryKeys(query);
    const { partition, from, before, limit, equals = {} } = query;
    const bounds = [from, before].filter((bound) => bound !== undefined);
    const values = [partition, clock.now() / 1000, ...bounds];
    const projected = schema.projectedFields(query.index);
    if (projected && isFiltered(query)) throw new TypeError(`The index ${query.index} has no fields to filter by.`);
    const itemOf = readerOf(parse, projected);
    return store.read(() => {
      const statement = statementFor(query);
      if (isFiltered(query)) {
        const rows = statement.iterate(...values, ...tracesOf(equals), -1) as unknown as Iterable<Row>;
        return filteredPage(rows, limit, equals, itemOf);
      }
      return wholePage(statement.all(...values, limit + 1) as unknown as Row[], limit, itemOf);
    });
  };
}

function selectionOf({ index, order, from, before, equals = {} }: Query, schema: TableSchema): string {
  const { partition, sort } = schema.keyColumns(index);
  return `SELECT id, body FROM ${schema.table}
    WHERE ${partition} = ? AND ${sort} IS NOT NULL AND (expires_at IS NULL OR expires_at > ?)
    ${from === undefined ? '' : `AND ${sort} >= ?`} ${before === undefined ? '' : `AND ${sort} < ?`}
    ${'AND instr(body, ?) > 0 '.repeat(Object.keys(equals).length)}
    ORDER BY ${sort} ${order === 'oldest' ? 'ASC' : 'DESC'} LIMIT ?`;
}

type Row = [id: number, body: string];

function wholePage(rows: Row[], limit: number, itemOf: ParseRow): Page {
  return { items: rows.slice(0, limit).map(([id, body]) => itemOf(id, body)), more: rows.length > limit };
}

function filteredPage(rows: Iterable<Row>, limit: number, equals: Record<string, Scalar>, itemOf: ParseRow): Page {
  const items: Item[] = [];
  for (const [id, body] of rows) {
    const item = itemOf(id, body);
    if (!hasValues(item, equals)) continue;
    if (items.length === limit) return { items, more: true };
    items.push(item);
  }
  return { items, more: false };
}

/** Reads an item as an index has it: whole, or with the fields that are projected into it. */
function readerOf(parse: ParseRow, fields: readonly string[] | undefined): ParseRow {
  if (!fields) return parse;
  return (id, body) => {
    const item = parse(id, body);
    return Object.fromEntries(Object.entries(item).filter(([field]) => fields.includes(field))) as Item;
  };
}

/** What the body of an item with these values contains. A nested value may leave the same trace, so it only narrows. */
function tracesOf(equals: Record<string, Scalar>): string[] {
  return Object.entries(equals).map(([field, value]) => JSON.stringify({ [field]: value }).slice(1, -1));
}
