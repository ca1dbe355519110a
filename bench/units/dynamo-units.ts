import type { Item } from '../../backend/backend.ts';
import type { IndexSpec } from '../../backend/resources.ts';

type IndexSpecs = Record<string, IndexSpec>;

const readUnitBytes = 4096;
const writeUnitBytes = 1024;

/** Read units of items that were examined together: 4 kB each when strongly consistent, half of that otherwise. */
export function readUnits(items: readonly (Item | undefined)[], isConsistent: boolean): number {
  const bytes = items.reduce((sum, item) => sum + (item ? itemBytes(item) : 0), 0);
  const units = Math.max(1, Math.ceil(bytes / readUnitBytes));
  return isConsistent ? units : units / 2;
}

/** Units in one partition of a table, or of one of its indexes. */
export interface PlacedUnits {
  /** The index; the table itself where left out. */
  index?: string;
  partition: string;
  units: number;
}

/** Write units of one write: the larger of the item before and after, and what follows in each index. */
export function writeUnits(before: Item | undefined, after: Item | undefined, indexes: IndexSpecs): number {
  const own = Math.max(unitsOf(before), unitsOf(after), 1);
  return placedIndexWrites(before, after, indexes).reduce((sum, { units }) => sum + units, own);
}

/** What follows of a write in the indexes, by partition. */
export function placedIndexWrites(
  before: Item | undefined,
  after: Item | undefined,
  indexes: IndexSpecs,
): PlacedUnits[] {
  return Object.entries(indexes).flatMap(([name, spec]) =>
    indexWrites(before, after, spec).map((placed) => ({ index: name, ...placed })),
  );
}

/**
 * A moved entry is removed and written again. One that stays is written over, unless the index holds keys alone and these
 * are the same.
 */
function indexWrites(before: Item | undefined, after: Item | undefined, spec: IndexSpec): Omit<PlacedUnits, 'index'>[] {
  const [from, to] = [entryIn(spec, before), entryIn(spec, after)];
  const placed = (entry: Item, units: number) => ({ partition: String(entry[spec.partition]), units });
  if (from && to && keyOf(from, spec) === keyOf(to, spec)) {
    const isSame = spec.projection === 'keys' && from['expires_at'] === to['expires_at'];
    return isSame ? [] : [placed(to, Math.max(unitsOf(from), unitsOf(to)))];
  }
  return [from, to].flatMap((entry) => (entry ? [placed(entry, unitsOf(entry))] : []));
}

/** What an index holds of an item; undefined where the item has not both of its keys. */
function entryIn({ partition, sort, projection }: IndexSpec, item: Item | undefined): Item | undefined {
  if (item?.[partition] === undefined || item[sort] === undefined) return undefined;
  if (projection !== 'keys') return item;
  const { pk, sk, expires_at } = item;
  return { pk, sk, [partition]: item[partition], [sort]: item[sort], ...(expires_at !== undefined && { expires_at }) };
}

function keyOf(entry: Item, { partition, sort }: IndexSpec): string {
  return JSON.stringify([entry[partition], entry[sort]]);
}

function unitsOf(item: Item | undefined): number {
  return item ? Math.ceil(itemBytes(item) / writeUnitBytes) : 0;
}

/**
 * An item's size by DynamoDB's rules: names and text are their UTF-8, a number about a byte for two digits and one more,
 * true, false and null one byte, a list or map 3 and one for each entry. Fields that are undefined are not stored.
 */
export function itemBytes(item: Record<string, unknown>): number {
  const fields = Object.entries(item).filter(([, value]) => value !== undefined);
  return fields.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(Math.abs(value)).length / 2) + 1;
  if (Array.isArray(value)) return value.reduce((sum: number, entry) => sum + 1 + valueBytes(entry), 3);
  if (typeof value !== 'object' || value === null) return 1;
  const entries = Object.values(value).filter((entry) => entry !== undefined).length;
  return 3 + entries + itemBytes(value as Record<string, unknown>);
}
