import * as z from 'zod';
import type { OutgoingMessage } from '../../backend/backend.ts';
import type { Delivery } from './delivery.ts';

/** What travels on the queue of deliveries: which one is to be tried, in which of its series. */
export const deliveryMessage = z.object({
  webhook_id: z.string(),
  delivery_id: z.string(),
  series: z.int().min(1),
  /** Seconds that it has waited for its turn. */
  waited: z.number().min(0).default(0),
});

export type DeliveryMessage = z.output<typeof deliveryMessage>;

/** The message that brings a delivery to the deliverer, in the fairness group of its webhook. */
export function messageOf({
  webhookId,
  id,
  series,
}: Pick<Delivery, 'webhookId' | 'id' | 'series'>): OutgoingMessage & { group: string } {
  return { body: { webhook_id: webhookId, delivery_id: id, series }, group: webhookId };
}
