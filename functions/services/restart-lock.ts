import type { Backend } from '../../backend/backend.ts';
import { ApiError } from '../core/errors.ts';
import { freeLock, type Holder, ownerOf, takeLock } from '../core/owned-lock.ts';
import { isoTime } from '../core/schemas.ts';
import { findOperation } from './operation-store.ts';

type Tables = Pick<Backend, 'table'>;

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
export function takeService(backend: Tables, { service, operationId: owner, nowMs }: Claim): Promise<void> {
  const refuse = (holder: Holder) => refuseIfAtWork(backend, holder);
  return takeLock(backend, { key: keyOf(service), kind: 'service', owner, nowMs, refuseIfAtWork: refuse });
}

/** Whether the service is held for this operation. */
export async function holdsService(backend: Tables, service: string, operationId: string): Promise<boolean> {
  return (await ownerOf(backend, keyOf(service))) === operationId;
}

/** Lets the next restart in, if this operation holds the service. */
export function freeService(backend: Tables, service: string, operationId: string): Promise<void> {
  return freeLock(backend, keyOf(service), operationId);
}

async function refuseIfAtWork(backend: Tables, { owner, sinceMs, isClaiming }: Holder): Promise<void> {
  const operation = await findOperation(backend, owner);
  if (operation ? operation.unfinished === undefined : !isClaiming) return;
  throw new ApiError('CONFLICT', {
    message: 'A restart of this service is running.',
    details: { operation_id: owner, started_at: isoTime(operation?.createdMs ?? sinceMs) },
  });
}
