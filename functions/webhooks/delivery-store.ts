import { type Backend, type Item, isApplied, type Page, type Query } from '../../backend/backend.ts';
import type { Delivery, DeliveryStatus } from './delivery.ts';

type Tables = Pick<Backend, 'table'>;

/** As long as the event itself. */
const keptSeconds = 30 * 24 * 3600;

export async function findDelivery(backend: Tables, webhookId: string, id: string): Promise<Delivery | undefined> {
  const item = await backend.table('deliveries').get({ pk: webhookId, sk: id });
  return item && deliveryOf(item);
}

/** Stores a new delivery; one with this id that is stored already stays as it is. */
export async function createDelivery(backend: Tables, delivery: Delivery): Promise<void> {
  await isApplied(backend.table('deliveries').put(itemOf(delivery), { exists: false }));
}

/** Stores what became of a delivery since `before` was read, and gives it. Throws ConditionFailed when somebody was faster. */
export async function storeDelivery(backend: Tables, before: Delivery, after: Delivery): Promise<Delivery> {
  const stored = { ...after, writes: before.writes + 1 };
  await backend.table('deliveries').put(itemOf(stored), { equals: { writes: before.writes } });
  return stored;
}

function itemOf(delivery: Delivery): Item {
  const expires_at = Math.floor(delivery.createdMs / 1000) + keptSeconds;
  const webhook_status = statusPartition(delivery.webhookId, delivery.status);
  return { ...delivery, pk: delivery.webhookId, sk: delivery.id, webhook_status, expires_at };
}

function statusPartition(webhookId: string, status: DeliveryStatus): string {
  return `${webhookId}#${status}`;
}

/** A page of a webhook's deliveries, newest first. The index of statuses holds keys, and may lag behind its deliveries. */
export async function pageOfDeliveries(
  backend: Tables,
  { webhookId, status, ...page }: { webhookId: string; status: DeliveryStatus | undefined } & Omit<Query, 'partition'>,
): Promise<Page> {
  const table = backend.table('deliveries');
  if (status === undefined) return table.query({ ...page, partition: webhookId });
  const keys = await table.query({
    ...page,
    index: 'by_webhook_status',
    partition: statusPartition(webhookId, status),
  });
  const items = await Promise.all(keys.items.map(({ pk, sk }) => table.get({ pk, sk })));
  return { items: items.filter((item) => item !== undefined), more: keys.more };
}

/** A stored item as the delivery that it is. */
export function deliveryOf({
  pk: _pk,
  sk: _sk,
  webhook_status: _status,
  expires_at: _,
  ...fields
}: Readonly<Item>): Delivery {
  return fields as unknown as Delivery;
}
