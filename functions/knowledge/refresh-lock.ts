import type { Backend } from '../../backend/backend.ts';
import { ApiError } from '../core/errors.ts';
import { freeLock, type Holder, takeLock } from '../core/owned-lock.ts';
import { isoTime } from '../core/schemas.ts';
import { findRefresh } from './refresh-store.ts';

type Tables = Pick<Backend, 'table'>;

/** There is one knowledge layer. */
const key = { pk: 'knowledge-refresh', sk: 'lock' };

/**
 * Lets a refresh work on the knowledge layer. Nobody else may hold it: its holder has nothing left to do, or was never
 * stored and its claim has run out. Taking it again for the same refresh renews the claim. Throws CONFLICT, naming the
 * holder, otherwise.
 */
export function takeKnowledge(backend: Tables, refreshId: string, nowMs: number): Promise<void> {
  const refuse = (holder: Holder) => refuseIfAtWork(backend, holder);
  return takeLock(backend, { key, kind: 'refresh', owner: refreshId, nowMs, refuseIfAtWork: refuse });
}

/** Lets the next refresh in, if this one holds the knowledge layer. */
export function freeKnowledge(backend: Tables, refreshId: string): Promise<void> {
  return freeLock(backend, key, refreshId);
}

async function refuseIfAtWork(backend: Tables, { owner, sinceMs, isClaiming }: Holder): Promise<void> {
  const refresh = await findRefresh(backend, owner);
  if (refresh ? refresh.unfinished === undefined : !isClaiming) return;
  throw new ApiError('CONFLICT', {
    message: 'A refresh of the knowledge layer is running.',
    details: { refresh_id: owner, started_at: isoTime(refresh?.createdMs ?? sinceMs) },
  });
}
