import { isApplied, type Table } from '../../backend/backend.ts';

const lastKey = { pk: 'fold', sk: 'last' };
const doneKey = { pk: 'fold', sk: 'done' };

/** One folding of batches into the figures. */
export interface Fold {
  /** Grows by one with each; 0 before the first. */
  generation: number;
  /** The batches that it folds: which they are is settled before the first is folded. */
  markers: readonly string[];
  /** When it began, epoch ms. */
  begunMs: number;
}

/** The fold that began last. */
export async function loadLastFold(metrics: Pick<Table, 'get'>): Promise<Fold> {
  const { generation = 0, markers = [], begunMs = 0 } = ((await metrics.get(lastKey)) ?? {}) as Partial<Fold>;
  return { generation, markers, begunMs };
}

/** Begins the fold after another. Undefined when somebody else did. */
export async function beginFold(
  metrics: Pick<Table, 'put'>,
  { generation: before }: Fold,
  { markers, nowMs }: { markers: readonly string[]; nowMs: number },
): Promise<Fold | undefined> {
  const fold = { generation: before + 1, markers, begunMs: nowMs };
  const isFirst = before === 0;
  const unchanged = isFirst ? { exists: false } : { equals: { generation: before } };
  return (await isApplied(metrics.put({ ...lastKey, ...fold }, unchanged))) ? fold : undefined;
}

/** Whether all of a fold is done. The next one may begin only then. */
export async function isFoldDone(metrics: Pick<Table, 'get'>, { generation }: Fold): Promise<boolean> {
  const item = await metrics.get(doneKey);
  return generation === 0 || ((item?.['generation'] ?? 0) as number) >= generation;
}

/** Says that all of a fold is done. A fold that was done long ago changes nothing. */
export async function storeFoldDone(metrics: Pick<Table, 'update'>, { generation }: Fold): Promise<void> {
  const before = generation === 1 ? undefined : generation - 1;
  await isApplied(metrics.update(doneKey, { set: { generation } }, { equals: { generation: before } }));
}
