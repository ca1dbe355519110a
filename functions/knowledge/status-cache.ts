import { type Backend, isApplied } from '../../backend/backend.ts';
import type { KnowledgeStatusView } from './status-schema.ts';

type Tables = Pick<Backend, 'table' | 'clock'>;

const key = { pk: 'status', sk: 'latest' };

/** So long an answer is given again without a question; in ms. */
const freshMs = 15_000;

/** So long it is given while another caller renews it; in ms. */
const usableMs = 60_000;

/** So long a renewal is waited for before the next caller takes it over; in ms. Asking takes three seconds at most. */
const leaseMs = 10_000;

/** An answer with the time at which it was given, in epoch ms. */
export interface TakenStatus {
  status: KnowledgeStatusView;
  takenMs: number;
}

/**
 * The status from the table that all instances share, or from the components when it is older than 15 seconds. Of callers
 * that come at the same time one asks, and the others get the answer before it while that is less than a minute old. So a
 * component that hangs keeps one caller waiting each 15 seconds, however many there are. Where there is no such answer each
 * asks for itself, and the last one's answer stays.
 */
export async function cachedStatus(backend: Tables, ask: () => Promise<KnowledgeStatusView>): Promise<TakenStatus> {
  const nowMs = backend.clock.now();
  const item = await backend.table('knowledge').get(key);
  if (item) {
    const kept = { status: item['status'] as KnowledgeStatusView, takenMs: item['takenMs'] as number };
    const ageMs = nowMs - kept.takenMs;
    if (ageMs < freshMs) return kept;
    if (ageMs < usableMs && !(await isOurs(backend, { ...kept, leasedMs: item['leasedMs'] as number }, nowMs))) {
      return kept;
    }
  }
  const status = await ask();
  const takenMs = backend.clock.now();
  const expires_at = Math.ceil((takenMs + usableMs) / 1000);
  await backend.table('knowledge').put({ ...key, status, takenMs, leasedMs: 0, expires_at });
  return { status, takenMs };
}

/** Whether this caller is the one that renews the answer. `leasedMs` is when another took that on; 0 where none did. */
async function isOurs(
  backend: Tables,
  { takenMs, leasedMs }: TakenStatus & { leasedMs: number },
  nowMs: number,
): Promise<boolean> {
  if (nowMs - leasedMs < leaseMs) return false;
  const lease = { set: { leasedMs: nowMs } };
  return isApplied(backend.table('knowledge').update(key, lease, { equals: { takenMs, leasedMs } }));
}
