import { endpoint } from '../core/endpoint.ts';
import { getWebhookContract } from './contract.ts';
import { loadFailure } from './traffic.ts';
import { webhookNamed } from './webhook-named.ts';
import { webhookView } from './webhook-view.ts';

export const getWebhook = endpoint(getWebhookContract, async ({ parameters: { id } }, { backend }) => {
  const [webhook, failingSinceMs] = await Promise.all([webhookNamed(backend, id), loadFailure(backend, id)]);
  return { answer: 'ok', body: webhookView(webhook, failingSinceMs) };
});
