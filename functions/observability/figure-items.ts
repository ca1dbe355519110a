import { type Item, isApplied, type Key, type Table } from '../../backend/backend.ts';
import { type Figures, sumOf } from '../core/figures.ts';
import type { FigureChange } from './figure-changes.ts';

/** Figures as they are stored. */
export interface FigureItem {
  key: Key;
  figures: Figures;
  /** Of the last fold that they hold; see fold-readings.ts. */
  generation: number;
}

/** The figures of an item of the table. */
export function figureItem({ pk, sk, figures, generation }: Readonly<Item>): FigureItem {
  return { key: { pk, sk }, figures: figures as Figures, generation: generation as number };
}

/**
 * Adds what a fold adds to an item. Folded again, by whoever, it changes nothing. Tried until it is in: who is overtaken by
 * another finds that it has folded the same or gone on.
 */
export async function addFolded(metrics: Table, change: FigureChange, generation: number): Promise<void> {
  for (;;) {
    const stored = await metrics.get(change.key);
    const before = stored && figureItem(stored);
    if (before && before.generation >= generation) return;
    const figures = before ? sumOf([before.figures, change.figures]) : change.figures;
    const item = {
      ...change.key,
      figures,
      generation,
      ...(change.expiresAt !== undefined && { expires_at: change.expiresAt }),
    };
    const unchanged = before ? { equals: { generation: before.generation } } : { exists: false };
    if (await isApplied(metrics.put(item, unchanged))) return;
  }
}
