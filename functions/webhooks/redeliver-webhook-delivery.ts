import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { untilUnchanged } from '../core/revision.ts';
import { redeliverWebhookDeliveryContract } from './contract.ts';
import { isRedeliverable, withNextSeries } from './delivery.ts';
import { messageOf } from './delivery-message.ts';
import { storeDelivery } from './delivery-store.ts';
import { deliveryView } from './delivery-view.ts';
import { deliveryNamed } from './webhook-named.ts';

/**
 * The message goes first: it begins the next series by itself, so that nothing is lost when the process dies before the
 * series is stored.
 */
export const redeliverWebhookDelivery = endpoint(
  redeliverWebhookDeliveryContract,
  async ({ parameters }, { backend, log }) => {
    const nowMs = backend.clock.now();
    const { webhook, delivery: before } = await deliveryNamed(backend, parameters);
    if (!webhook.enabled) throw new ApiError('CONFLICT', { message: 'The webhook is disabled. Enable it first.' });
    if (!isRedeliverable(before, nowMs)) throw stillTried();
    const series = before.series + 1;
    await backend.queue('webhook-deliveries').send([messageOf({ ...before, series })]);
    const delivery = await untilUnchanged(async () => {
      const { delivery: now } = await deliveryNamed(backend, parameters);
      if (now.series >= series) return now;
      if (!isRedeliverable(now, nowMs)) throw stillTried();
      return storeDelivery(backend, now, withNextSeries(now, nowMs));
    });
    log.info('delivery asked for again', { webhook_id: webhook.id, delivery_id: delivery.id });
    return { answer: 'accepted', body: deliveryView(delivery) };
  },
);

function stillTried(): ApiError {
  return new ApiError('CONFLICT', { message: 'The delivery is still being tried.' });
}
