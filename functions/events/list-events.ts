import type { Query } from '../../backend/backend.ts';
import { endpoint } from '../core/endpoint.ts';
import { firstIdSince } from '../core/ids.ts';
import { nextCursor, readCursor } from '../core/page.ts';
import { listEventsContract } from './contract.ts';
import { eventLog, eventView } from './event-log.ts';

export const listEvents = endpoint(listEventsContract, async ({ query }, { backend }) => {
  const { cursor, limit, ...filters } = query;
  const list = { list: listEventsContract.operationId, ...filters };
  const before = readCursor(cursor, list);
  const page = await backend.table('events').query({
    ...source(filters),
    limit,
    ...(before === undefined ? {} : { before }),
    ...(filters.since === undefined ? {} : { from: firstIdSince('evt', Date.parse(filters.since)) }),
  });
  return { answer: 'ok', body: { events: page.items.map(eventView), next_cursor: nextCursor(page, 'id', list) } };
});

/** The narrowest index that serves the filters: a service has far fewer events than a type. */
function source({ type, service }: { type?: string | undefined; service?: string | undefined }): Omit<Query, 'limit'> {
  if (service !== undefined) {
    return { index: 'by_service', partition: service, ...(type === undefined ? {} : { equals: { type } }) };
  }
  return type === undefined ? { partition: eventLog } : { index: 'by_type', partition: type };
}
