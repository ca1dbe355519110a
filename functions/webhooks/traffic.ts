import { randomInt } from 'node:crypto';
import { type Backend, type Item, isApplied, type Key, type Scalar } from '../../backend/backend.ts';

type Tables = Pick<Backend, 'table'>;

/**
 * Where it is kept what goes on with a webhook: in a partition of its own, since each delivery writes it twice, and 1,000
 * write units a second are what a partition takes.
 */
export function trafficKey(webhookId: string): Key {
  return { pk: `traffic#${webhookId}`, sk: 'traffic' };
}

/** Deliveries to one webhook at a time: enough to be quick, few enough to be no burden. */
export const slotsMax = 10;

/** Deliveries at a time to a webhook that fails, so that receivers that hang do not fill every call of the queue. */
export const slotsWhenFailing = 2;

/** From so long on a webhook counts as failing; one failure among many successes does not. The time limit of an attempt. */
const failingAfterMs = 15_000;

/** An attempt takes 15 seconds at most, and what it stores before and after a moment. A slot that is held for longer is free. */
const heldMs = 30_000;

/** The right to one attempt, until it is given back or lapses. */
export interface Slot {
  webhookId: string;
  field: string;
  holder: string;
  /** Since when the webhook had failed when the slot was taken; null when it did not. */
  failingSinceMs: number | null;
}

/** So many lost races for a slot mean that there are more callers than slots. */
const racesMax = 4;

/** What came of asking for a slot: none where all are held. */
export type Taken = { slot: Slot } | { slot: undefined; isFailing: boolean };

/** Takes one of the webhook's slots. A caller that dies keeps its slot for 30 seconds. */
export async function takeSlot(backend: Tables, webhookId: string, nowMs: number): Promise<Taken> {
  const table = backend.table('webhooks');
  const key = trafficKey(webhookId);
  let isFailing = false;
  for (let races = 0; races < racesMax; races += 1) {
    const item = await table.get(key);
    const failingSinceMs = failingSinceOf(item);
    isFailing = failingSinceMs !== null && nowMs - failingSinceMs >= failingAfterMs;
    const free = freeSlots(item, nowMs, isFailing ? slotsWhenFailing : slotsMax);
    const field = free[randomInt(Math.max(1, free.length))];
    if (field === undefined) break;
    const slot = { webhookId, field, holder: `${nowMs + heldMs}.${randomInt(2 ** 47)}`, failingSinceMs };
    const unchanged = { equals: { [field]: item?.[field] as Scalar | undefined } };
    const isTaken = await isApplied(table.update(key, { set: { [field]: slot.holder } }, unchanged));
    if (isTaken) return { slot };
  }
  return { slot: undefined, isFailing };
}

/** What an attempt showed of its receiver; `none` where it came to nothing by a fault of ours. */
export type Showing = 'accepts' | 'fails' | 'none';

/**
 * Gives a slot back, with what the attempt showed: a success ends what is known of failures, the first failure begins it.
 * Nothing happens to a slot that has lapsed and is another's.
 */
export async function giveBack(backend: Tables, slot: Slot, showing: Showing, nowMs: number): Promise<void> {
  const table = backend.table('webhooks');
  const key = trafficKey(slot.webhookId);
  const held = { [slot.field]: slot.holder };
  if (showing === 'fails' && slot.failingSinceMs === null) {
    const beginning = { remove: [slot.field], set: { [failingSince]: nowMs } };
    if (await isApplied(table.update(key, beginning, { equals: { ...held, [failingSince]: undefined } }))) return;
  }
  const remove = showing === 'accepts' ? [slot.field, failingSince] : [slot.field];
  await isApplied(table.update(key, { remove }, { equals: held }));
}

const failingSince = 'failing_since_ms';

function failingSinceOf(item: Readonly<Item> | undefined): number | null {
  return (item?.[failingSince] as number | undefined) ?? null;
}

/** A slot that is held for longer than slots are was taken before the clock went back. */
function freeSlots(item: Readonly<Item> | undefined, nowMs: number, slots: number): string[] {
  const fields = Array.from({ length: slots }, (_, index) => `slot_${index}`);
  return fields.filter((field) => {
    const untilMs = Number.parseInt(String(item?.[field] ?? '0'), 10);
    return untilMs <= nowMs || untilMs > nowMs + heldMs;
  });
}

/** Since when each of these webhooks has had nothing but failures, in epoch milliseconds; those that don't fail are missing. */
export async function loadFailures(backend: Tables, webhookIds: readonly string[]): Promise<Map<string, number>> {
  const found = await Promise.all(webhookIds.map(async (id) => [id, await loadFailure(backend, id)] as const));
  return new Map(found.flatMap(([id, sinceMs]) => (sinceMs === null ? [] : [[id, sinceMs] as const])));
}

export async function loadFailure(backend: Tables, webhookId: string): Promise<number | null> {
  return failingSinceOf(await backend.table('webhooks').get(trafficKey(webhookId)));
}

/** Forgets that a webhook failed: it has another receiver, or is to be given another chance. */
export async function forgetFailure(backend: Tables, webhookId: string): Promise<void> {
  await isApplied(
    backend.table('webhooks').update(trafficKey(webhookId), { remove: [failingSince] }, { exists: true }),
  );
}

export async function deleteTraffic(backend: Tables, webhookId: string): Promise<void> {
  await backend.table('webhooks').delete(trafficKey(webhookId));
}
