import { type EndpointContext, endpoint } from '../core/endpoint.ts';
import { updateWebhookContract } from './contract.ts';
import { announceDisabled } from './disable-webhook.ts';
import { refuseFilter, refuseWebhook } from './refuse-webhook.ts';
import { forgetFailure, loadFailure } from './traffic.ts';
import { type Webhook, type WebhookFields, withFields } from './webhook.ts';
import { noWebhook, webhookNamed } from './webhook-named.ts';
import { changeWebhook } from './webhook-store.ts';
import { webhookView } from './webhook-view.ts';

export const updateWebhook = endpoint(updateWebhookContract, async ({ parameters: { id }, body }, context) => {
  const { backend, log } = context;
  await refuseWebhook(context, body, await webhookNamed(backend, id));
  if (body.url !== undefined || body.enabled) await forgetFailure(backend, id);
  const webhook = await changed(context, id, body);
  if (!webhook) throw noWebhook();
  log.info('webhook changed', { webhook_id: id, fields: Object.keys(body).join(',') });
  return { answer: 'ok', body: webhookView(webhook, await loadFailure(backend, id)) };
});

/**
 * That it was disabled by itself is announced before a change could make that forgotten. Events and filter are looked at
 * once more as they are written, since somebody else may have changed one of them meanwhile.
 */
async function changed(
  context: EndpointContext,
  id: string,
  fields: Partial<WebhookFields>,
): Promise<Webhook | undefined> {
  const { backend } = context;
  for (;;) {
    const nowMs = backend.clock.now();
    let isChanged = false;
    const webhook = await changeWebhook(backend, id, (now) => {
      refuseFilter(fields, now);
      isChanged = !now.isUnannounced;
      return isChanged ? withFields(now, fields, nowMs) : now;
    });
    if (isChanged || !webhook) return webhook;
    await announceDisabled(context, webhook);
  }
}
