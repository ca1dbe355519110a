import { endpoint } from '../core/endpoint.ts';
import { firstIdSince } from '../core/ids.ts';
import { nextCursor, readCursor } from '../core/page.ts';
import { listWebhookDeliveriesContract } from './contract.ts';
import { deliveryOf, pageOfDeliveries } from './delivery-store.ts';
import { deliveryView } from './delivery-view.ts';
import { webhookNamed } from './webhook-named.ts';

export const listWebhookDeliveries = endpoint(
  listWebhookDeliveriesContract,
  async ({ parameters: { id }, query }, { backend }) => {
    const { cursor, limit, ...filters } = query;
    const list = { list: listWebhookDeliveriesContract.operationId, id, ...filters };
    const before = readCursor(cursor, list);
    await webhookNamed(backend, id);
    const page = await pageOfDeliveries(backend, {
      webhookId: id,
      status: filters.status,
      limit,
      ...(before === undefined ? {} : { before }),
      ...(filters.since === undefined ? {} : { from: firstIdSince('dlv', Date.parse(filters.since)) }),
    });
    const deliveries = page.items.map((item) => deliveryView(deliveryOf(item)));
    return { answer: 'ok', body: { deliveries, next_cursor: nextCursor(page, 'id', list) } };
  },
);
