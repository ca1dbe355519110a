import type { Item } from '../backend.ts';

/** Gives the item that a row holds, frozen throughout, because whoever reads the row gets the same one. */
export type ParseRow = (id: number, body: string) => Item;

/** Some pages of every list in use. With the bound of each body that is at most 16 MiB of text. */
const rowsMax = 1024;
const bodyCharactersMax = 16 * 1024;

/**
 * Parses each row once for as long as it holds the same text: comparing 2 kB takes a fortieth of the time of parsing them,
 * and a list is read far more often than it changes. The text itself is the proof, so that nothing has to be invalidated.
 */
export function parsedRows(): ParseRow {
  const parsed = new Map<number, { body: string; item: Item }>();
  return (id, body) => {
    const known = parsed.get(id);
    if (known?.body === body) return known.item;
    const item: Item = frozen(JSON.parse(body));
    if (body.length > bodyCharactersMax) return item;
    parsed.set(id, { body, item });
    if (parsed.size > rowsMax) parsed.delete(parsed.keys().next().value as number);
    return item;
  };
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
