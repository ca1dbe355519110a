import type { Changes, Item } from '../backend.ts';

/** The item with these changes: a new one, which shares no list or object with what it was made of. */
export function withChanges(item: Item, { set = {}, remove = [], add = {} }: Changes): Item {
  const changed = { ...item };
  for (const [field, value] of Object.entries(set)) {
    if (value === undefined) delete changed[field];
    else changed[field] = copied(value);
  }
  for (const field of remove) delete changed[field];
  for (const [field, amount] of Object.entries(add)) {
    const before = changed[field] ?? 0;
    if (typeof before !== 'number') throw new TypeError(`${field} is no number that could be added to.`);
    changed[field] = before + amount;
  }
  return changed;
}

function copied(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;
}
