import type { Handled, QueueMessage } from '../../../backend/backend.ts';
import type { Home } from '../../core/endpoint.ts';
import { untilUnchanged } from '../../core/revision.ts';
import { queueTask } from '../../core/task.ts';
import { attemptDelivery, cancelDelivery, passOver } from '../attempt-delivery.ts';
import { deliverWebhookTask } from '../contract.ts';
import { type Delivery, isRedeliverable, withNextSeries } from '../delivery.ts';
import { type DeliveryMessage, deliveryMessage, messageOf } from '../delivery-message.ts';
import { findDelivery, storeDelivery } from '../delivery-store.ts';
import { announceDisabled } from '../disable-webhook.ts';
import { takeSlot } from '../traffic.ts';
import { turnSeconds } from '../turn-pause.ts';
import type { Webhook } from '../webhook.ts';
import { findWebhook } from '../webhook-store.ts';

/**
 * Tries deliveries. The delivery says what is to be done, and its message only when: a message that comes twice, late or
 * early does no harm. Whatever fails on our side lets the message come again.
 */
export const deliverWebhook = queueTask(deliverWebhookTask, async (messages, home) => {
  const outcomes = await Promise.all(messages.map((message) => outcomeOf(message, home)));
  return {
    retry: outcomes.flatMap(({ retry }) => retry),
    dead: outcomes.flatMap(({ dead = [] }) => dead),
  };
});

const done: Handled = { retry: [] };

async function outcomeOf(message: QueueMessage, home: Home): Promise<Handled> {
  try {
    return await deliver(message, home);
  } catch (error) {
    home.log.warn('a delivery could not be worked on', { message_id: message.id, error: error as Error });
    return { retry: [{ id: message.id, delaySeconds: mendingSeconds(message.receives) }] };
  }
}

async function deliver(message: QueueMessage, home: Home): Promise<Handled> {
  const { backend } = home;
  const named = deliveryMessage.parse(message.body);
  const delivery = await dueDelivery(named, home);
  if (delivery?.series !== named.series) return done;
  const nowMs = backend.clock.now();
  const webhook = await findWebhook(backend, delivery.webhookId);
  await announceDisabled(home, webhook);
  if (delivery.status !== 'pending') return over(message, delivery);
  if ((delivery.nextAttemptMs ?? 0) > nowMs) return later(message, delivery, nowMs);
  if (!webhook?.enabled) {
    await cancelDelivery(home, delivery, endOf(webhook));
    return done;
  }
  const taken = await takeSlot(backend, webhook.id, nowMs);
  if (!taken.slot && !isPassedOver(delivery, named, taken))
    return waitForTurn(delivery, { waited: named.waited, isFailing: taken.isFailing }, home);
  const after = taken.slot
    ? await attemptDelivery(home, { webhook, delivery, slot: taken.slot })
    : await passOver(home, delivery);
  return after ? settled(message, after, home) : overtaken(message, named, home);
}

function settled(message: QueueMessage, delivery: Delivery, { backend }: Home): Handled {
  return delivery.status === 'pending' ? later(message, delivery, backend.clock.now()) : over(message, delivery);
}

/**
 * Another attempt was stored meanwhile. If its message was another one, that carries on; but it may have been this one, which
 * came twice. So this one stays, and comes after the other would have.
 */
async function overtaken(message: QueueMessage, { webhook_id, delivery_id, series }: DeliveryMessage, home: Home) {
  const delivery = await findDelivery(home.backend, webhook_id, delivery_id);
  if (delivery?.series !== series) return done;
  const handled = settled(message, delivery, home);
  const retry = handled.retry.map(({ id, delaySeconds = 0 }) => ({ id, delaySeconds: delaySeconds + spareSeconds }));
  return { ...handled, retry };
}

/** So much later than the one that it stands in for. */
const spareSeconds = 60;

/** Slots of holders that died are free by then, so that what is passed over is passed over for others that were tried. */
const waitedSecondsMin = 30;

function isPassedOver(
  { isTest }: Delivery,
  { waited }: DeliveryMessage,
  { isFailing }: { isFailing: boolean },
): boolean {
  return isFailing && !isTest && waited >= waitedSecondsMin;
}

/**
 * Brings the delivery again in a moment, as a new message: what waits for its turn must neither come to the end of its
 * receives nor fill the queue's bound of messages in flight.
 */
async function waitForTurn(
  delivery: Delivery,
  { waited, isFailing }: { waited: number; isFailing: boolean },
  { backend }: Home,
): Promise<Handled> {
  const { body, group } = messageOf(delivery);
  const delaySeconds = turnSeconds({ waited, isFailing }, Math.random());
  const again = { ...(body as Omit<DeliveryMessage, 'waited'>), waited: waited + delaySeconds };
  await backend.queue('webhook-deliveries').send([{ body: again, group, delaySeconds }]);
  return done;
}

const endOf = (webhook: Webhook | undefined) => `The webhook was ${webhook ? 'disabled' : 'deleted'}.`;

/** The delivery, in the series that the message asks for: one of the series to come begins it. */
function dueDelivery({ webhook_id, delivery_id, series }: DeliveryMessage, { backend }: Home) {
  return untilUnchanged(async () => {
    const nowMs = backend.clock.now();
    const delivery = await findDelivery(backend, webhook_id, delivery_id);
    if (series !== (delivery?.series ?? series) + 1 || !delivery || !isRedeliverable(delivery, nowMs)) return delivery;
    return storeDelivery(backend, delivery, withNextSeries(delivery, nowMs));
  });
}

function later(message: QueueMessage, { nextAttemptMs }: Delivery, nowMs: number): Handled {
  return { retry: [{ id: message.id, delaySeconds: Math.max(0, ((nextAttemptMs ?? 0) - nowMs) / 1000) }] };
}

/** What is dead lies as the message that delivers it anew, so that a redrive of the dead-letter queue does so. */
function over(message: QueueMessage, delivery: Delivery): Handled {
  if (delivery.status !== 'dead_lettered') return done;
  const { body, group } = messageOf({ ...delivery, series: delivery.series + 1 });
  return { retry: [], dead: [{ id: message.id, body, group }] };
}

/** How long a message is left when something of ours failed: half a minute at first, a quarter of an hour at the most. */
function mendingSeconds(receives: number): number {
  return Math.min(900, 15 * 2 ** Math.min(receives, 6));
}
