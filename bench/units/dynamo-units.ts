import type { Item } from '../../backend/backend.ts';
import type { IndexSpecs } from '../../backend/embedded/table-schema.ts';

const readUnitBytes = 4096;
const writeUnitBytes = 1024;

/** Read units of items that were examined together: 4 kB each when strongly consistent, half of that otherwise. */
export function readUnits(items: readonly (Item | undefined)[], isConsistent: boolean): number {
  const bytes = items.reduce((sum, item) => sum + (item ? itemBytes(item) : 0), 0);
  const units = Math.max(1, Math.ceil(bytes / readUnitBytes));
  return isConsistent ? units : units / 2;
}

/** Write units of one write: the larger of the item before and after, and what follows in each index. */
export function writeUnits(before: Item | undefined, after: Item | undefined, indexes: IndexSpecs): number {
  const own = Math.max(unitsOf(before), unitsOf(after), 1);
  return Object.values(indexes).reduce((sum, index) => sum + indexUnits(before, after, index), own);
}

/** A moved entry is removed and written again; one that stays is written over. Every index holds the whole item. */
function indexUnits(before: Item | undefined, after: Item | undefined, index: IndexSpecs[string]): number {
  const keyOf = (item: Item | undefined) => {
    const [partition, sort] = [item?.[index.partition], item?.[index.sort]];
    return partition === undefined || sort === undefined ? undefined : JSON.stringify([partition, sort]);
  };
  const [from, to] = [keyOf(before), keyOf(after)];
  if (from !== undefined && from === to) return Math.max(unitsOf(before), unitsOf(after));
  return (from === undefined ? 0 : unitsOf(before)) + (to === undefined ? 0 : unitsOf(after));
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
