import { type Backend, isApplied } from '../../backend/backend.ts';

/** The first receipt of a delivery: what it started then, a repeat starts and answers. */
export interface HookReceipt {
  receivedMs: number;
  /** Of the workflows that matched. */
  workflowIds: string[];
}

/** Senders repeat within minutes, and people within a day. */
const keptSeconds = 24 * 3600;

type Tables = Pick<Backend, 'table'>;

/**
 * What a repeat has in common with the first. The id is not signed, and yet enough: whoever cannot sign leaves no receipt, and
 * whoever repeats what another signed would have to know the random id of a delivery that is still to come. The body does not
 * count: GitHub sends one event under one id to the hooks of the repository and of its organisation, in bodies that differ.
 */
export interface HookDelivery {
  event: string;
  /** Who gave the id: each sender has its own, and where there is none it is the body's digest. */
  sender: 'gitea' | 'github' | 'unknown';
  deliveryId: string;
}

const keyOf = ({ event, sender, deliveryId }: HookDelivery) => ({
  pk: `hook#${event}#${sender}#${deliveryId}`,
  sk: 'receipt',
});

/** Undefined for a delivery that was not received in the last 24 hours. */
export async function findReceipt(backend: Tables, delivery: HookDelivery): Promise<HookReceipt | undefined> {
  const item = await backend.table('requests').get(keyOf(delivery));
  return item && { receivedMs: item['received_ms'] as number, workflowIds: item['workflow_ids'] as string[] };
}

/** Stores a receipt unless there is one, and gives the one that is stored then. */
export async function keepReceipt(backend: Tables, delivery: HookDelivery, receipt: HookReceipt): Promise<HookReceipt> {
  const { receivedMs, workflowIds } = receipt;
  const expires_at = Math.floor(receivedMs / 1000) + keptSeconds;
  const item = { ...keyOf(delivery), received_ms: receivedMs, workflow_ids: workflowIds, expires_at };
  if (await isApplied(backend.table('requests').put(item, { exists: false }))) return receipt;
  return (await findReceipt(backend, delivery)) ?? keepReceipt(backend, delivery, receipt);
}
