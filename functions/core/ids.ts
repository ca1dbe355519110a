import { createHash, randomInt } from 'node:crypto';
import { decodeTime, encodeTime, monotonicFactory } from 'ulid';

export type IdPrefix = 'pipe' | 'wf' | 'exec' | 'wh' | 'dlv' | 'evt' | 'op' | 'ref' | 'req' | 'batch';

/** Node draws `randomInt` from a pool; the library's own source would ask the system for each of the 16 characters. */
const ascending = () => monotonicFactory(() => randomInt(2 ** 32) / 2 ** 32);

/** A clock that is set back by more, in ms, was wrong before: what is made from then on is of its time, as ids tell times. */
const backMs = 600_000;

let nextUlid = ascending();
let latestMs = 0;

/**
 * A new id, e.g. `pipe_01j…`: the prefix and a lower-case ULID, so that ids sort by the time (ms) they were made. Those of one
 * process ascend also while its clock goes back a little.
 */
export function newId(prefix: IdPrefix, nowMs: number): string {
  const isSetBack = nowMs < latestMs - backMs;
  if (isSetBack) nextUlid = ascending();
  latestMs = isSetBack ? nowMs : Math.max(latestMs, nowMs);
  return `${prefix}_${nextUlid(nowMs).toLowerCase()}`;
}

const crockford = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * The same id for the same time and seed: what is done twice after a crash gets one identity. Ids of one millisecond sort
 * by rank, 0 to 31.
 */
export function idFrom(prefix: IdPrefix, timeMs: number, seed: string, rank = 0): string {
  const digest = createHash('sha256').update(seed).digest();
  const random = Array.from(digest.subarray(0, 15), (byte) => crockford[byte % 32]).join('');
  return `${prefix}_${encodeTime(timeMs, 10).toLowerCase()}${crockford[rank % 32]}${random}`;
}

/** The least id that anything made at this time (ms) or later can have: a bound for `since`. */
export function firstIdSince(prefix: IdPrefix, timeMs: number): string {
  return `${prefix}_${encodeTime(Math.max(0, timeMs), 10).toLowerCase()}`;
}

/** When the id was made, in epoch milliseconds. */
export function timeOfId(id: string): number {
  return decodeTime(id.slice(id.indexOf('_') + 1).toUpperCase());
}

/** A pattern that ids of this prefix match. */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`);
}
