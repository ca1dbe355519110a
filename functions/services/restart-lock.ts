import { type Backend, isApplied } from '../../backend/backend.ts';
import { ApiError } from '../core/errors.ts';
import type { LockKind } from '../core/locks.ts';
import { isoTime } from '../core/schemas.ts';
import { findOperation } from './operation-store.ts';

/**
 * How long a holder whose operation is not stored yet is believed, in ms. Storing follows at once; a minute means that
 * the process died in between.
 */
const claimMs = 60_000;

const keyOf = (service: string) => ({ pk: `restart#${service}`, sk: 'lock' });

interface Claim {
  service: string;
  operationId: string;
  nowMs: number;
}

/**
 * Lets an operation restart the service. Nobody else may hold it: its holder's operation has nothing left to do, or was
 * never stored and its claim has run out. Taking it again for the same operation renews the claim. Throws CONFLICT,
 * naming the holder, otherwise.
 */
export async function takeService(backend: Pick<Backend, 'table'>, claim: Claim): Promise<void> {
  const key = keyOf(claim.service);
  const lock = {
    ...key,
    kind: 'service' satisfies LockKind,
    owner: claim.operationId,
    claim_until: claim.nowMs + claimMs,
  };
  if (await isApplied(backend.table('locks').put(lock, { exists: false }))) return;
  const held = await backend.table('locks').get(key);
  if (!held) return takeService(backend, claim);
  const owner = held['owner'] as string;
  const claimUntil = held['claim_until'] as number;
  if (owner !== claim.operationId) await refuseIfAtWork(backend, { owner, claimUntil, nowMs: claim.nowMs });
  const unchanged = { equals: { owner, claim_until: claimUntil } };
  if (await isApplied(backend.table('locks').put(lock, unchanged))) return;
  return takeService(backend, claim);
}

/** Whether the service is held for this operation. */
export async function holdsService(
  backend: Pick<Backend, 'table'>,
  service: string,
  operationId: string,
): Promise<boolean> {
  return (await backend.table('locks').get(keyOf(service)))?.['owner'] === operationId;
}

/** Lets the next restart in, if this operation holds the service. */
export async function freeService(
  backend: Pick<Backend, 'table'>,
  service: string,
  operationId: string,
): Promise<void> {
  await isApplied(backend.table('locks').delete(keyOf(service), { equals: { owner: operationId } }));
}

interface Holder {
  owner: string;
  claimUntil: number;
  nowMs: number;
}

async function refuseIfAtWork(backend: Pick<Backend, 'table'>, { owner, claimUntil, nowMs }: Holder): Promise<void> {
  const operation = await findOperation(backend, owner);
  if (operation ? operation.unfinished === undefined : claimUntil <= nowMs) return;
  throw new ApiError('CONFLICT', {
    message: 'A restart of this service is running.',
    details: { operation_id: owner, started_at: isoTime(operation?.createdMs ?? claimUntil - claimMs) },
  });
}
