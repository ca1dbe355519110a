import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { timeOfId } from '../core/ids.ts';
import { isoTime } from '../core/schemas.ts';
import { eventExamples, typesCovered } from '../events/contract.ts';
import { testWebhookContract } from './contract.ts';
import { newDelivery } from './delivery.ts';
import { messageOf } from './delivery-message.ts';
import { createDelivery } from './delivery-store.ts';
import { deliveryView } from './delivery-view.ts';
import { deliveryNamed, webhookNamed } from './webhook-named.ts';

/** Under an Idempotency-Key a second attempt makes the same delivery, and sends its message again in case the first did not. */
export const testWebhook = endpoint(testWebhookContract, async ({ parameters, body }, context) => {
  const { backend, newId } = context;
  const webhook = await webhookNamed(backend, parameters.id);
  if (!webhook.enabled) throw new ApiError('CONFLICT', { message: 'The webhook is disabled. Enable it first.' });
  const [first = 'pipeline.started' as const] = typesCovered(webhook.events);
  const type = body.type ?? first;
  const data = eventExamples[type];
  const eventId = newId('evt');
  const createdMs = timeOfId(eventId);
  const event = {
    id: eventId,
    type,
    timestamp: isoTime(createdMs),
    sequence: 1,
    ...('service' in data ? { service: data.service } : {}),
    test: true,
    data,
  };
  const id = newId('dlv');
  const created = { id, webhookId: webhook.id, eventId, eventType: type, createdMs };
  await createDelivery(backend, newDelivery({ ...created, body: JSON.stringify(event), isTest: true }));
  const { delivery } = await deliveryNamed(backend, { id: webhook.id, delivery_id: id });
  await backend.queue('webhook-deliveries').send([messageOf(delivery)]);
  const location = `/api/v1/webhooks/${webhook.id}/deliveries/${id}`;
  return { answer: 'accepted', body: deliveryView(delivery), headers: { location } };
});
