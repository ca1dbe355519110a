import type { QueueMessage } from '../../../backend/backend.ts';
import type { Home } from '../../core/endpoint.ts';
import { idFrom } from '../../core/ids.ts';
import { queueTask } from '../../core/task.ts';
import { eventIn } from '../../events/contract.ts';
import { dispatchEventsTask } from '../contract.ts';
import { newDelivery } from '../delivery.ts';
import { messageOf } from '../delivery-message.ts';
import { createDelivery } from '../delivery-store.ts';
import { type Webhook, wants } from '../webhook.ts';
import { loadWebhooks } from '../webhook-store.ts';

/**
 * Makes a delivery of each event for each webhook that asks for it. A delivery's id derives from webhook and event, so an
 * event that comes twice is delivered once; its message is sent each time, in case the first was never sent.
 */
export const dispatchEvents = queueTask(dispatchEventsTask, async (messages, home) => {
  const webhooks = await loadWebhooks(home.backend);
  const outcomes = await Promise.allSettled(messages.map((message) => dispatch(message, webhooks, home)));
  const retry = messages.flatMap((message, index) => {
    const outcome = outcomes[index];
    if (outcome?.status !== 'rejected') return [];
    home.log.warn('an event could not be dispatched', { message_id: message.id, error: outcome.reason as Error });
    return [{ id: message.id }];
  });
  return { retry };
});

async function dispatch(message: QueueMessage, webhooks: Webhook[], { backend }: Home): Promise<void> {
  const event = eventIn(message.body);
  const body = JSON.stringify(event);
  const createdMs = Date.parse(event.timestamp);
  const deliveries = webhooks
    .filter((webhook) => wants(webhook, event))
    .map(({ id: webhookId }) =>
      newDelivery({
        id: idFrom('dlv', createdMs, `${webhookId}#${event.id}`),
        webhookId,
        eventId: event.id,
        eventType: event.type,
        body,
        isTest: false,
        createdMs,
      }),
    );
  await Promise.all(deliveries.map((delivery) => createDelivery(backend, delivery)));
  await backend.queue('webhook-deliveries').send(deliveries.map(messageOf));
}
