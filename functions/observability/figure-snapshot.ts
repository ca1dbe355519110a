import pMap from 'p-map';
import type { Table } from '../../backend/backend.ts';
import { sumOf } from '../core/figures.ts';
import { queryAll } from '../core/query-all.ts';
import { changesOf, type FigureChange, keyText } from './figure-changes.ts';
import { isFolded, listInbox, type WaitingBatch } from './figure-inbox.ts';
import { type FigureItem, figureItem } from './figure-items.ts';
import { type Fold, loadLastFold } from './fold-state.ts';

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
 * though folds are under way. In no order.
 *
 * The inbox is read before the items. So a batch that is folded meanwhile is seen twice and not by neither, and what the last
 * folds took tells of each item whether it holds the batch.
 */
export async function loadSnapshot(
  metrics: Pick<Table, 'get' | 'query'>,
  ranges: readonly FigureRange[],
): Promise<FigureItem[]> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const foldBefore = await loadLastFold(metrics);
    const waiting = await withoutFolded(metrics, await listInbox(metrics), foldBefore);
    const found = await Promise.all(ranges.map((range) => queryAll(metrics, range)));
    const foldAfter = await loadLastFold(metrics);
    // Of a fold in between nobody would know which batches it took.
    if (foldAfter.generation <= foldBefore.generation + 1) {
      return withChanges(found.flat().map(figureItem), changesIn(ranges, waiting, [foldBefore, foldAfter]));
    }
  }
  throw new Error(`Figures were folded ${triesMax} times while they were read.`);
}

/**
 * A batch that was recorded twice at once may have come back after it was folded, and the last folds need not know it. Only
 * batches that have been on their way since an earlier fold can be such.
 */
async function withoutFolded(
  metrics: Pick<Table, 'get'>,
  batches: readonly WaitingBatch[],
  last: Fold,
): Promise<WaitingBatch[]> {
  const isKnown = ({ marker, unfoldedSince }: WaitingBatch) =>
    unfoldedSince >= last.generation - 1 || last.markers.includes(marker);
  const checked = await pMap(
    batches,
    async (batch) => (isKnown(batch) || !(await isFolded(metrics, batch.marker)) ? [batch] : []),
    { concurrency: 16 },
  );
  return checked.flat();
}

/** What a fold adds to an item; undefined for the one that is still to come. */
interface ComingChange extends FigureChange {
  generation: number | undefined;
}

/** What batches add to the items in the ranges, by the folds that take them. */
function changesIn(
  ranges: readonly FigureRange[],
  batches: readonly WaitingBatch[],
  folds: readonly Fold[],
): ComingChange[] {
  const generations = new Map(
    folds.flatMap(({ markers, generation }) => markers.map((marker) => [marker, generation])),
  );
  return [...Map.groupBy(batches, ({ marker }) => generations.get(marker))].flatMap(([generation, own]) =>
    changesOf(
      own.flatMap(({ readings }) => readings),
      isIn(ranges),
    ).map((change) => ({ ...change, generation })),
  );
}

/** Items with the changes that they do not hold yet. */
function withChanges(items: readonly FigureItem[], changes: readonly ComingChange[]): FigureItem[] {
  const byKey = new Map(items.map((item) => [keyText(item.key), item]));
  for (const { key, figures, generation } of changes) {
    const stored = byKey.get(keyText(key)) ?? { key, figures: {}, generation: 0 };
    if (generation !== undefined && stored.generation >= generation) continue;
    byKey.set(keyText(key), { ...stored, figures: sumOf([stored.figures, figures]) });
  }
  return [...byKey.values()];
}

function isIn(ranges: readonly FigureRange[]): (key: FigureChange['key']) => boolean {
  const byPartition = Map.groupBy(ranges, ({ partition }) => partition);
  return ({ pk, sk }) =>
    (byPartition.get(pk) ?? []).some(
      ({ from = '', before }) => !isBelow(sk, from) && (before === undefined || isBelow(sk, before)),
    );
}

/** Sort keys compare by their bytes, as those of the table do. */
function isBelow(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}
