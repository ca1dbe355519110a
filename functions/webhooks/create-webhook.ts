import { setTimeout as elapse } from 'node:timers/promises';
import type { Backend } from '../../backend/backend.ts';
import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { timeOfId } from '../core/ids.ts';
import { createWebhookContract } from './contract.ts';
import { refuseWebhook } from './refuse-webhook.ts';
import { createSecret, deleteSecrets } from './secret-store.ts';
import { newSecret } from './signing-secret.ts';
import { newWebhook } from './webhook.ts';
import { webhookNamed } from './webhook-named.ts';
import { deleteWebhook, loadWebhooks, createWebhook as storeWebhook, webhooksMax } from './webhook-store.ts';
import { webhookView } from './webhook-view.ts';

/** The secret is stored first, so that no webhook is ever without one. */
export const createWebhook = endpoint(createWebhookContract, async ({ body }, context) => {
  const { backend, log, newId } = context;
  const { secret: given, ...fields } = body;
  await refuseWebhook(context, fields, fields);
  const id = newId('wh');
  const made = given === undefined ? newSecret() : null;
  await createSecret(backend, id, given ?? (made as string));
  await storeWebhook(backend, newWebhook(id, fields, timeOfId(id)));
  await refuseBeyondMax(backend, id);
  log.info('webhook registered', { webhook_id: id });
  const view = webhookView(await webhookNamed(backend, id), null);
  return { answer: 'created', body: { ...view, secret: made }, headers: { location: `/api/v1/webhooks/${id}` } };
});

/** Whoever gives way to others at the same time has done so within milliseconds; so often it is looked for, and so far apart. */
const looks = { max: 5, pauseMs: 20 };

/**
 * A webhook stays where no more than the most exist with it, so never more stay, in whatever order they were stored. Of
 * those that are registered at the same time the newest give way, and the others look again.
 */
async function refuseBeyondMax(backend: Backend, id: string): Promise<void> {
  for (let look = 1; look <= looks.max; look += 1) {
    const webhooks = await loadWebhooks(backend);
    if (webhooks.length <= webhooksMax) return;
    if (!webhooks.slice(0, webhooksMax).some((webhook) => webhook.id === id)) break;
    await elapse(looks.pauseMs);
  }
  await deleteWebhook(backend, id);
  await deleteSecrets(backend, id);
  throw new ApiError('CONFLICT', {
    message: `There are ${webhooksMax} webhooks, which is the most. Delete one first.`,
  });
}
