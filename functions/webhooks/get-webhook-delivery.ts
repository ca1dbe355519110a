import { endpoint } from '../core/endpoint.ts';
import { getWebhookDeliveryContract } from './contract.ts';
import { deliveryDetailView } from './delivery-view.ts';
import { deliveryNamed } from './webhook-named.ts';

export const getWebhookDelivery = endpoint(getWebhookDeliveryContract, async ({ parameters }, { backend }) => {
  const { delivery } = await deliveryNamed(backend, parameters);
  return { answer: 'ok', body: deliveryDetailView(delivery) };
});
