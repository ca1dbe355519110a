import { type Backend, isApplied, type Key } from '../../backend/backend.ts';
import type { LockKind } from './locks.ts';

type Tables = Pick<Backend, 'table'>;

/**
 * How long a holder whose work is not stored yet is believed, in ms. Storing follows at once; a minute means that the
 * process died in between.
 */
const claimMs = 60_000;

/** Who holds a lock. */
export interface Holder {
  owner: string;
  /** When it took the lock, or renewed its claim; epoch ms. */
  sinceMs: number;
  /** Whether it is still believed to be about to store its work. */
  isClaiming: boolean;
}

interface Claim {
  key: Key;
  kind: LockKind;
  owner: string;
  nowMs: number;
  /** Throws the refusal where the holder is at work. Asked of any holder but the owner itself. */
  refuseIfAtWork(holder: Holder): Promise<void>;
}

/**
 * Takes a lock for its owner: when nobody holds it, or from a holder that is not at work any more. Taking it again as the
 * same owner renews the claim. Throws what `refuseIfAtWork` throws.
 */
export async function takeLock(backend: Tables, claim: Claim): Promise<void> {
  const { key, kind, owner, nowMs, refuseIfAtWork } = claim;
  const lock = { ...key, kind, owner, claim_until: nowMs + claimMs };
  if (await isApplied(backend.table('locks').put(lock, { exists: false }))) return;
  const held = await backend.table('locks').get(key);
  if (!held) return takeLock(backend, claim);
  const holder = held['owner'] as string;
  const claimUntil = held['claim_until'] as number;
  const sinceMs = claimUntil - claimMs;
  if (holder !== owner) await refuseIfAtWork({ owner: holder, sinceMs, isClaiming: claimUntil > nowMs });
  const unchanged = { equals: { owner: holder, claim_until: claimUntil } };
  if (await isApplied(backend.table('locks').put(lock, unchanged))) return;
  return takeLock(backend, claim);
}

/** Who holds the lock, or undefined. */
export async function ownerOf(backend: Tables, key: Key): Promise<string | undefined> {
  return (await backend.table('locks').get(key))?.['owner'] as string | undefined;
}

/** Frees a lock if this owner holds it. */
export async function freeLock(backend: Tables, key: Key, owner: string): Promise<void> {
  await isApplied(backend.table('locks').delete(key, { equals: { owner } }));
}
