import type { Backend } from '../../backend/backend.ts';
import { ApiError } from '../core/errors.ts';
import type { Delivery } from './delivery.ts';
import { findDelivery } from './delivery-store.ts';
import type { Webhook } from './webhook.ts';
import { findWebhook } from './webhook-store.ts';

type Tables = Pick<Backend, 'table'>;

/** The webhook that a caller names, or NOT_FOUND. */
export async function webhookNamed(backend: Tables, id: string): Promise<Webhook> {
  const webhook = await findWebhook(backend, id);
  if (!webhook) throw noWebhook();
  return webhook;
}

export function noWebhook(): ApiError {
  return new ApiError('NOT_FOUND', { message: 'There is no webhook of this id.' });
}

/** The delivery that a caller names, with its webhook, or NOT_FOUND. */
export async function deliveryNamed(
  backend: Tables,
  { id, delivery_id }: { id: string; delivery_id: string },
): Promise<{ webhook: Webhook; delivery: Delivery }> {
  const [webhook, delivery] = await Promise.all([webhookNamed(backend, id), findDelivery(backend, id, delivery_id)]);
  if (!delivery) throw new ApiError('NOT_FOUND', { message: 'There is no delivery of this id to this webhook.' });
  return { webhook, delivery };
}
