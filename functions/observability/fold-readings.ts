import pMap from 'p-map';
import type { Backend, Table } from '../../backend/backend.ts';
import { changesOf } from './figure-changes.ts';
import { isFolded, listSomeOfInbox, loadFromInbox, takeOut, type WaitingBatch } from './figure-inbox.ts';
import { addFolded } from './figure-items.ts';
import { minuteMs } from './figure-keys.ts';
import { beginFold, type Fold, loadDoneGeneration, loadLastFold, storeFoldDone } from './fold-state.ts';

/** Batches of one fold: their markers stand in one item, and readers look at them. */
const batchesMax = 500;

/** From so many on, batches are folded at once, as every reader reads what is not folded. */
const batchesMany = 200;

/** Fewer wait for so long, since each fold writes some items for every subject. */
const waitMs = 5 * minuteMs;

/** Writes under way at once. */
const concurrency = { concurrency: 16 };

/**
 * Folds the batches of the inbox into the figures of minutes, hours and in all, each exactly once. Which batches a fold takes
 * is settled in one write before it begins; every item names the last fold that it holds; and a batch is taken out when all
 * items hold it. So a run may be killed anywhere, and any number may run at once: what one has not done the next does, and
 * what is done stays as it is. It goes on until little is left, or until the time is up that it is given, epoch ms.
 */
export async function foldReadings(
  { table, clock }: Pick<Backend, 'table' | 'clock'>,
  { deadlineMs }: { deadlineMs: number },
): Promise<void> {
  const metrics = table('metrics');
  let last = await loadLastFold(metrics);
  if ((await loadDoneGeneration(metrics)) < last.generation) await finish(metrics, last, clock.now());
  while (clock.now() < deadlineMs) {
    const listed = await listSomeOfInbox(metrics, batchesMax);
    if (!isDue(listed.length, last, clock.now())) return;
    const markers = (await unfolded(metrics, listed, clock.now())).map(({ marker }) => marker);
    const fold = await beginFold(metrics, last, { markers, nowMs: clock.now() });
    if (!fold) return;
    await finish(metrics, fold, clock.now());
    last = fold;
  }
}

/** A clock that was set back is taken for one that went on. */
function isDue(count: number, { begunMs }: Fold, nowMs: number): boolean {
  return count >= batchesMany || (count > 0 && Math.abs(nowMs - begunMs) >= waitMs);
}

/** Those that are to be folded. A batch that came again while it was folded is taken out again. */
async function unfolded(metrics: Table, listed: readonly WaitingBatch[], nowMs: number): Promise<WaitingBatch[]> {
  const fresh = await pMap(
    listed,
    async (batch) => {
      if (!(await isFolded(metrics, batch.marker))) return [batch];
      await takeOut(metrics, batch, nowMs);
      return [];
    },
    concurrency,
  );
  return fresh.flat();
}

/**
 * Does what is left of a fold. A batch is taken out only when every item holds this generation: whatever is not found here
 * any more is in all of them.
 */
async function finish(metrics: Table, fold: Fold, nowMs: number): Promise<void> {
  const { generation, markers } = fold;
  const found = await pMap(markers, (marker) => loadFromInbox(metrics, marker), concurrency);
  const batches = found.flatMap((batch) => batch ?? []);
  const changes = changesOf(batches.flatMap(({ readings }) => readings));
  await pMap(changes, (change) => addFolded(metrics, change, generation), concurrency);
  await pMap(batches, (batch) => takeOut(metrics, batch, nowMs), concurrency);
  await storeFoldDone(metrics, fold);
}
