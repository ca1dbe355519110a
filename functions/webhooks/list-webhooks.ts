import { endpoint } from '../core/endpoint.ts';
import { firstIdSince } from '../core/ids.ts';
import { nextCursor, readCursor } from '../core/page.ts';
import { listWebhooksContract } from './contract.ts';
import { loadFailures } from './traffic.ts';
import { allWebhooks, webhookOf } from './webhook-store.ts';
import { webhookView } from './webhook-view.ts';

export const listWebhooks = endpoint(listWebhooksContract, async ({ query }, { backend }) => {
  const { cursor, limit, since } = query;
  const list = { list: listWebhooksContract.operationId, since };
  const before = readCursor(cursor, list);
  const page = await backend.table('webhooks').query({
    partition: allWebhooks,
    limit,
    ...(before === undefined ? {} : { before }),
    ...(since === undefined ? {} : { from: firstIdSince('wh', Date.parse(since)) }),
  });
  const found = page.items.map(webhookOf);
  const failures = await loadFailures(
    backend,
    found.map(({ id }) => id),
  );
  const webhooks = found.map((webhook) => webhookView(webhook, failures.get(webhook.id) ?? null));
  return { answer: 'ok', body: { webhooks, next_cursor: nextCursor(page, 'id', list) } };
});
