import { endpoint } from '../core/endpoint.ts';
import { deleteWebhookContract } from './contract.ts';
import { deleteSecrets } from './secret-store.ts';
import { deleteTraffic } from './traffic.ts';
import { noWebhook } from './webhook-named.ts';
import { deleteWebhook as removeWebhook } from './webhook-store.ts';

/** What belongs to it is deleted even where it is gone already, so that a deletion that was broken off leaves nothing. */
export const deleteWebhook = endpoint(deleteWebhookContract, async ({ parameters: { id } }, { backend, log }) => {
  const wasThere = await removeWebhook(backend, id);
  await deleteSecrets(backend, id);
  await deleteTraffic(backend, id);
  if (!wasThere) throw noWebhook();
  log.info('webhook deleted', { webhook_id: id });
  return { answer: 'deleted', body: null };
});
