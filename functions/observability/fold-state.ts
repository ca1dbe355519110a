import { isApplied, type Table } from '../../backend/backend.ts';

/**
 * Two items, since the first holds many markers and would cost some 20 write units to say that it is done, and since every
 * recorder reads the second.
 */
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

/** Begins the fold after another, which must be done. Undefined when somebody else did. */
export async function beginFold(
  metrics: Pick<Table, 'put'>,
  { generation: before }: Fold,
  { markers, nowMs }: { markers: readonly string[]; nowMs: number },
): Promise<Fold | undefined> {
  const fold = { generation: before + 1, markers, begunMs: nowMs };
  const unchanged = before === 0 ? { exists: false } : { equals: { generation: before } };
  return (await isApplied(metrics.put({ ...lastKey, ...fold }, unchanged))) ? fold : undefined;
}

/** The generation of the last fold of which all is done; 0 before the first. The next one may begin only then. */
export async function loadDoneGeneration(metrics: Pick<Table, 'get'>): Promise<number> {
  return ((await metrics.get(doneKey))?.['generation'] ?? 0) as number;
}

/** Says that all of a fold is done. Said late, when others went on, it has the last one looked through again. */
export function storeFoldDone(metrics: Pick<Table, 'put'>, { generation }: Fold): Promise<void> {
  return metrics.put({ ...doneKey, generation });
}
