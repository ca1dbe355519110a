import { type Item, isApplied, type Key, type Table } from '../../backend/backend.ts';
import type { Figures } from '../core/figures.ts';

/** Begins the names of the fields that say which batches an item holds. */
const seen = 'seen#';

/** What an item has beside its figures. */
const otherFields = new Set(['pk', 'sk', 'expires_at']);

/** The figures of an item. */
export function figuresOf(item: Readonly<Item>): Figures {
  const entries = Object.entries(item).filter(([name, value]) => typeof value === 'number' && !otherFields.has(name));
  return Object.fromEntries(entries) as Figures;
}

/**
 * Adds figures to an item in one write that also notes their marker, so that the same again adds nothing, whoever repeats it
 * and whenever. `expiresAt` in epoch seconds; null for never.
 */
export async function addOnce(
  table: Table,
  key: Key,
  { marker, figures, expiresAt }: { marker: string; figures: Figures; expiresAt: number | null },
): Promise<void> {
  const name = `${seen}${marker}`;
  const set = { [name]: true, ...(expiresAt !== null && { expires_at: expiresAt }) };
  await isApplied(table.update(key, { set, add: { ...figures } }, { equals: { [name]: undefined } }));
}
