import { createHash } from 'node:crypto';
import { type Item, isApplied, type Key, type Table } from '../../backend/backend.ts';
import type { Reading } from '../core/figures.ts';
import { queryAll } from '../core/query-all.ts';
import { loadDoneGeneration } from './fold-state.ts';

/** Readings that are stored together. The marker names them: the same again are the same. */
export interface ReadingBatch {
  marker: string;
  readings: readonly Reading[];
  /** For how long it may be recorded again, in seconds. */
  repeatedSeconds: number;
}

/** A batch as it waits to be folded. */
export interface WaitingBatch extends ReadingBatch {
  /** The last fold that was done when it was looked whether the batch is folded: it is in none of these. */
  unfoldedSince: number;
}

/** One partition takes some 1,000 write units a second, and a small batch uses two: it is stored, and taken out. */
const partitions = ['inbox#0', 'inbox#1', 'inbox#2', 'inbox#3'] as const;

/** Stores a batch until it is folded into the figures. One that was folded already is not stored again. */
export async function putInInbox(metrics: Table, { marker, readings, repeatedSeconds }: ReadingBatch): Promise<void> {
  const unfoldedSince = await loadDoneGeneration(metrics);
  if (await isFolded(metrics, marker)) return;
  await isApplied(metrics.put({ ...inboxKey(marker), readings, repeatedSeconds, unfoldedSince }, { exists: false }));
}

/** Every batch that is not folded, and perhaps some that are and not taken out yet. */
export async function listInbox(metrics: Pick<Table, 'query'>): Promise<WaitingBatch[]> {
  const found = await Promise.all(partitions.map((partition) => queryAll(metrics, { partition })));
  return found.flat().map(batchIn);
}

/** Some of these, about as many as told where there are so many. */
export async function listSomeOfInbox(metrics: Pick<Table, 'query'>, count: number): Promise<WaitingBatch[]> {
  const limit = Math.ceil(count / partitions.length);
  const found = await Promise.all(partitions.map((partition) => metrics.query({ partition, limit })));
  return found.flatMap(({ items }) => items).map(batchIn);
}

/** The batch of a marker; undefined once it was taken out. */
export async function loadFromInbox(metrics: Pick<Table, 'get'>, marker: string): Promise<WaitingBatch | undefined> {
  const item = await metrics.get(inboxKey(marker));
  return item && batchIn(item);
}

/** Whether a batch was folded, so that it counts nothing any more. */
export async function isFolded(metrics: Pick<Table, 'get'>, marker: string): Promise<boolean> {
  return (await metrics.get(foldedKey(marker))) !== undefined;
}

/**
 * Remembers that a batch is folded, and only then takes it out: wherever this ends, the batch is not folded again. It counts
 * from the later of this clock and those that measured, so that one that is slow does not forget too early.
 */
export async function takeOut(metrics: Table, batch: WaitingBatch, nowMs: number): Promise<void> {
  const { marker, readings, repeatedSeconds } = batch;
  const latestMs = Math.max(nowMs, ...readings.map(({ atMs }) => atMs));
  await metrics.put({ ...foldedKey(marker), expires_at: Math.ceil(latestMs / 1000) + repeatedSeconds });
  await metrics.delete(inboxKey(marker));
}

function batchIn({ pk: _, sk, ...fields }: Readonly<Item>): WaitingBatch {
  return { ...(fields as unknown as Omit<WaitingBatch, 'marker'>), marker: sk };
}

function inboxKey(marker: string): Key {
  const hash = createHash('sha256').update(marker).digest();
  return { pk: partitions[(hash[0] as number) % partitions.length] as string, sk: marker };
}

function foldedKey(marker: string): Key {
  return { pk: `folded#${marker}`, sk: 'batch' };
}
