import { endpoint } from '../core/endpoint.ts';
import { firstIdSince } from '../core/ids.ts';
import { nextCursor, readCursor } from '../core/page.ts';
import { listKnowledgeRefreshesContract } from './contract.ts';
import { allRefreshes, refreshOf } from './refresh-store.ts';
import { refreshEntryView } from './refresh-view.ts';

/** A status is compared, not indexed: there is one refresh at a time, so 90 days hold few. */
export const listKnowledgeRefreshes = endpoint(listKnowledgeRefreshesContract, async ({ query }, { backend }) => {
  const { cursor, limit, ...filters } = query;
  const list = { list: listKnowledgeRefreshesContract.operationId, ...filters };
  const before = readCursor(cursor, list);
  const page = await backend.table('knowledge').query({
    index: 'by_creation',
    partition: allRefreshes,
    limit,
    ...(filters.status === undefined ? {} : { equals: { status: filters.status } }),
    ...(before === undefined ? {} : { before }),
    ...(filters.since === undefined ? {} : { from: firstIdSince('ref', Date.parse(filters.since)) }),
  });
  const refreshes = page.items.map((item) => refreshEntryView(refreshOf(item)));
  return { answer: 'ok', body: { refreshes, next_cursor: nextCursor(page, 'id', list) } };
});
