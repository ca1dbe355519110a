import { endpoint } from '../core/endpoint.ts';
import { firstIdSince } from '../core/ids.ts';
import { nextCursor, readCursor } from '../core/page.ts';
import { listWorkflowsContract } from './contract.ts';
import { allWorkflows, workflowOf } from './workflow-store.ts';
import { workflowSummaryView } from './workflow-view.ts';

export const listWorkflows = endpoint(listWorkflowsContract, async ({ query }, { backend }) => {
  const { cursor, limit, since } = query;
  const list = { list: listWorkflowsContract.operationId, since };
  const before = readCursor(cursor, list);
  const page = await backend.table('workflows').query({
    partition: allWorkflows,
    limit,
    ...(before === undefined ? {} : { before }),
    ...(since === undefined ? {} : { from: firstIdSince('wf', Date.parse(since)) }),
  });
  const workflows = page.items.map((item) => workflowSummaryView(workflowOf(item)));
  return { answer: 'ok', body: { workflows, next_cursor: nextCursor(page, 'id', list) } };
});
