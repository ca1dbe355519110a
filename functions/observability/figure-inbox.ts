import { createHash } from 'node:crypto';
import { type Item, isApplied, type Key, type Table } from '../../backend/backend.ts';
import type { Reading } from '../core/figures.ts';
import { queryAll } from './query-all.ts';

/** Readings that are stored together. The marker names them: the same again are the same. */
export interface ReadingBatch {
  marker: string;
  readings: readonly Reading[];
}

/** One partition takes some 1,000 writes a second, and each batch is three. */
const partitions = ['inbox#0', 'inbox#1', 'inbox#2', 'inbox#3'] as const;

/** A message or log batch comes again for as long as dead-letter queues keep it, which is 14 days. */
const rememberedSeconds = 15 * 24 * 3600;

/** Stores a batch until it is folded into the figures. One that was folded already is not stored again. */
export async function putInInbox(metrics: Table, { marker, readings }: ReadingBatch): Promise<void> {
  if (await isFolded(metrics, marker)) return;
  await isApplied(metrics.put({ ...inboxKey(marker), readings }, { exists: false }));
}

/** Every batch that is not folded, and perhaps some that are and not taken out yet. */
export async function listInbox(metrics: Pick<Table, 'query'>): Promise<ReadingBatch[]> {
  const found = await Promise.all(partitions.map((partition) => queryAll(metrics, { partition })));
  return found.flat().map(batchIn);
}

/** Some of these, about as many as told where there are so many. */
export async function listSomeOfInbox(metrics: Pick<Table, 'query'>, count: number): Promise<ReadingBatch[]> {
  const limit = Math.ceil(count / partitions.length);
  const found = await Promise.all(partitions.map((partition) => metrics.query({ partition, limit })));
  return found.flatMap(({ items }) => items).map(batchIn);
}

/** The batch of a marker; undefined once it was taken out. */
export async function loadFromInbox(metrics: Pick<Table, 'get'>, marker: string): Promise<ReadingBatch | undefined> {
  const item = await metrics.get(inboxKey(marker));
  return item && batchIn(item);
}

/** Whether a batch was folded, so that it counts nothing any more. */
export async function isFolded(metrics: Pick<Table, 'get'>, marker: string): Promise<boolean> {
  return (await metrics.get(foldedKey(marker))) !== undefined;
}

/** Remembers that a batch is folded, and only then takes it out: wherever this ends, the batch is not folded again. */
export async function takeOut(metrics: Table, marker: string, nowMs: number): Promise<void> {
  await metrics.put({ ...foldedKey(marker), expires_at: Math.ceil(nowMs / 1000) + rememberedSeconds });
  await metrics.delete(inboxKey(marker));
}

function batchIn({ sk, readings }: Readonly<Item>): ReadingBatch {
  return { marker: sk, readings: readings as Reading[] };
}

function inboxKey(marker: string): Key {
  const hash = createHash('sha256').update(marker).digest();
  return { pk: partitions[(hash[0] as number) % partitions.length] as string, sk: marker };
}

function foldedKey(marker: string): Key {
  return { pk: `folded#${marker}`, sk: 'batch' };
}
