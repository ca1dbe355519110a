import { setImmediate as turn } from 'node:timers/promises';
import {
  type Condition,
  ConditionFailed,
  type Item,
  type Key,
  type Query,
  type Table,
} from '../../../backend/backend.ts';
import { Death } from '../pipelines/dying-backend.ts';

/** Random numbers from 0 to 1, the same for the same seed (mulberry32, by Tommy Ettinger, in the public domain). */
export function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The rows of one table in memory, which any number of {@link racingTable}s share. */
export type Rows = Map<string, Item>;

interface Racing {
  random: () => number;
  /** How many turns it waits when it waits for long. */
  longTurns: number;
  /** The process dies at the write after so many, which happens or not. */
  writesMax?: number;
}

/**
 * A table as a process sees it that races with others: every operation waits its turn, before and after it takes place, now
 * and then for long; and a query sees items one after the other, so that others write between them.
 */
export function racingTable(rows: Rows, { random, longTurns, writesMax = Number.POSITIVE_INFINITY }: Racing): Table {
  let writesLeft = writesMax;
  let isDead = false;
  const pause = async () => {
    const turns = random() < 0.05 ? random() * longTurns : random() * 6;
    for (let taken = 0; taken < turns; taken += 1) await turn();
  };
  async function operate<T>(act: () => T): Promise<T> {
    if (isDead) throw new Death();
    await pause();
    const result = act();
    await pause();
    return result;
  }
  const write = (act: () => void) =>
    operate(() => {
      writesLeft -= 1;
      isDead ||= writesLeft < 0;
      if (!isDead || random() < 0.5) act();
      if (isDead) throw new Death();
    });
  return {
    get: (key) => operate(() => structuredClone(rows.get(idOf(key)))),
    put: (item, condition) =>
      write(() => {
        check(rows.get(idOf(item)), condition);
        rows.set(idOf(item), structuredClone(item));
      }),
    delete: (key) => write(() => void rows.delete(idOf(key))),
    update: () => Promise.reject(new Error('figures are put, not updated')),
    async query(query) {
      const items: Item[] = [];
      for (let last = query.before; items.length < query.limit; ) {
        const next = await operate(() => structuredClone(newestBefore(rows, query, last)));
        if (!next) return { items, more: false };
        items.push(next);
        last = next.sk;
      }
      return { items, more: true };
    },
  };
}

function newestBefore(rows: Rows, { partition, from = '' }: Query, before: string | undefined): Item | undefined {
  const within = [...rows.values()].filter(
    ({ pk, sk }) => pk === partition && sk >= from && (before === undefined || sk < before),
  );
  return within.sort((one, other) => (one.sk < other.sk ? 1 : -1))[0];
}

function idOf({ pk, sk }: Key): string {
  return JSON.stringify([pk, sk]);
}

function check(item: Item | undefined, { exists, equals = {} }: Condition = {}): void {
  const holds =
    (exists === undefined || exists === (item !== undefined)) &&
    Object.entries(equals).every(([field, value]) => item?.[field] === value);
  if (!holds) throw new ConditionFailed();
}
