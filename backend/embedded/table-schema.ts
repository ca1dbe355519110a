import type { DatabaseSync } from 'node:sqlite';
import type { IndexSpec } from '../resources.ts';

/** Secondary indexes by name. */
export type IndexSpecs = Record<string, IndexSpec>;

/** How a table stands in SQLite. Names of tables and columns are quoted already. */
export interface TableSchema {
  table: string;
  /** The fields that some index goes by, and the column of each, in the same order. */
  fields: string[];
  columns: string[];
  /** The partition and sort columns of an index, or of the table itself. Throws for an unknown index. */
  keyColumns(index: string | undefined): { partition: string; sort: string };
  /** The fields that the items of an index have; undefined where they are whole. */
  projectedFields(index: string | undefined): readonly string[] | undefined;
}

/** Creates what is missing of a table: itself, and, for an index that a later version added, column, contents and index. */
export function prepareSchema(database: DatabaseSync, name: string, indexes: IndexSpecs): TableSchema {
  const table = quoted(`table_${name}`);
  database.exec(`CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY, pk TEXT NOT NULL, sk TEXT NOT NULL,
    body TEXT NOT NULL, expires_at INTEGER, UNIQUE (pk, sk))`);
  const fields = [...new Set(Object.values(indexes).flatMap(({ partition, sort }) => [partition, sort]))];
  for (const field of fields) addColumn(database, table, field);
  for (const [index, { partition, sort }] of Object.entries(indexes)) {
    const [first, second] = [columnOf(partition), columnOf(sort)];
    database.exec(`CREATE INDEX IF NOT EXISTS ${quoted(`index_${name}_${index}`)} ON ${table} (${first}, ${second})
      WHERE ${first} IS NOT NULL AND ${second} IS NOT NULL`);
  }
  database.exec(`CREATE INDEX IF NOT EXISTS ${quoted(`expiry_${name}`)} ON ${table} (expires_at)
    WHERE expires_at IS NOT NULL`);
  return {
    table,
    fields,
    columns: fields.map(columnOf),
    keyColumns(index) {
      if (index === undefined) return { partition: 'pk', sort: 'sk' };
      const spec = indexes[index];
      if (!spec) throw new TypeError(`The table ${name} has no index ${index}.`);
      return { partition: columnOf(spec.partition), sort: columnOf(spec.sort) };
    },
    projectedFields(index) {
      const spec = index === undefined ? undefined : indexes[index];
      return spec?.projection && ['pk', 'sk', spec.partition, spec.sort, 'expires_at'];
    },
  };
}

function addColumn(database: DatabaseSync, table: string, field: string): void {
  const column = columnOf(field);
  const known = database.prepare(`SELECT name FROM pragma_table_info(${table.replaceAll('"', "'")})`).all();
  if (known.some((row) => quoted(String(row['name'])) === column)) return;
  database.exec(`BEGIN;
    ALTER TABLE ${table} ADD COLUMN ${column} TEXT;
    UPDATE ${table} SET ${column} = json_extract(body, '$.${field}');
    COMMIT;`);
}

function columnOf(field: string): string {
  return quoted(`field_${field}`);
}

/** Names come from resources.ts; the check keeps them harmless inside SQL and JSON paths. */
function quoted(name: string): string {
  if (!/^[a-z0-9_-]+$/.test(name)) throw new TypeError(`${name} cannot be a name in SQL.`);
  return `"${name}"`;
}
