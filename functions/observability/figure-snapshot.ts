import type { Table } from '../../backend/backend.ts';
import { sumOf } from '../core/figures.ts';
import { changesOf, type FigureChange, keyText } from './figure-changes.ts';
import { listInbox, type ReadingBatch } from './figure-inbox.ts';
import { type FigureItem, figureItem } from './figure-items.ts';
import { type Fold, loadLastFold } from './fold-state.ts';
import { queryAll } from './query-all.ts';

/** The items of a partition from one sort key on, inclusive, and below another. */
export interface FigureRange {
  partition: string;
  from?: string;
  before?: string;
}

/** More folds than these begin and end while one reader reads only where something is wrong. */
const triesMax = 10;

/**
 * The figures of all items in some ranges with all that was recorded until now, folded or not. What is read never falls,
 * though a fold may be under way. In no order.
 */
export async function loadSnapshot(
  metrics: Pick<Table, 'get' | 'query'>,
  ranges: readonly FigureRange[],
): Promise<FigureItem[]> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    // In this order: a batch that is folded meanwhile is seen twice, and the items tell whether they hold it. In another it might be seen by neither.
    const foldBefore = await loadLastFold(metrics);
    const batches = await listInbox(metrics);
    const found = await Promise.all(ranges.map((range) => queryAll(metrics, range)));
    const foldAfter = await loadLastFold(metrics);
    // Of a fold in between nobody would know which batches it took.
    if (foldAfter.generation <= foldBefore.generation + 1) {
      const changes = waitingChanges(batches, [foldBefore, foldAfter]);
      return withWaiting(found.flat().map(figureItem), changes.filter(isIn(ranges)));
    }
  }
  throw new Error(`Figures were folded ${triesMax} times while they were read.`);
}

/** A change that items lack that hold no fold of this generation; undefined for one that no item can hold yet. */
interface WaitingChange extends FigureChange {
  generation: number | undefined;
}

function waitingChanges(batches: readonly ReadingBatch[], folds: readonly Fold[]): WaitingChange[] {
  const generations = new Map(
    folds.flatMap(({ markers, generation }) => markers.map((marker) => [marker, generation] as const)),
  );
  return [...Map.groupBy(batches, ({ marker }) => generations.get(marker))].flatMap(([generation, own]) =>
    changesOf(own.flatMap(({ readings }) => readings)).map((change) => ({ ...change, generation })),
  );
}

function withWaiting(items: readonly FigureItem[], changes: readonly WaitingChange[]): FigureItem[] {
  const byKey = new Map(items.map((item) => [keyText(item.key), item]));
  for (const { key, figures, generation } of changes) {
    const stored = byKey.get(keyText(key)) ?? { key, figures: {}, generation: 0 };
    if (generation !== undefined && stored.generation >= generation) continue;
    byKey.set(keyText(key), { ...stored, figures: sumOf([stored.figures, figures]) });
  }
  return [...byKey.values()];
}

/** Sort keys compare by their bytes, as the table does. */
function isIn(ranges: readonly FigureRange[]): (change: FigureChange) => boolean {
  const isBelow = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
  return ({ key: { pk, sk } }) =>
    ranges.some(
      ({ partition, from = '', before }) =>
        pk === partition && !isBelow(sk, from) && (before === undefined || isBelow(sk, before)),
    );
}
