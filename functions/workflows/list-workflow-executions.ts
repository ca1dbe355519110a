import type { Query } from '../../backend/backend.ts';
import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { firstIdSince } from '../core/ids.ts';
import { nextCursor, readCursor } from '../core/page.ts';
import { listWorkflowExecutionsContract } from './contract.ts';
import type { ExecutionStatus } from './execution.ts';
import { executionOf, statusPartition } from './execution-store.ts';
import { executionEntryView } from './execution-view.ts';
import { findWorkflow } from './workflow-store.ts';

/** A workflow that was deleted still has its executions; one that never was is not found. */
export const listWorkflowExecutions = endpoint(
  listWorkflowExecutionsContract,
  async ({ parameters: { id }, query }, { backend }) => {
    const { cursor, limit, ...filters } = query;
    const list = { list: listWorkflowExecutionsContract.operationId, id, ...filters };
    const before = readCursor(cursor, list);
    const table = backend.table('executions');
    const page = await table.query({
      ...source(id, filters.status),
      limit,
      ...(before === undefined ? {} : { before }),
      ...(filters.since === undefined ? {} : { from: firstIdSince('exec', Date.parse(filters.since)) }),
    });
    if (page.items.length === 0 && !(await isKnown(backend, id))) {
      throw new ApiError('NOT_FOUND', { message: 'There is no workflow of this id.' });
    }
    const items = await Promise.all(page.items.map(({ pk, sk }) => table.get({ pk, sk })));
    const executions = items.filter((item) => item !== undefined).map((item) => executionEntryView(executionOf(item)));
    return { answer: 'ok', body: { executions, next_cursor: nextCursor(page, 'id', list) } };
  },
);

/** The indexes hold keys, and may lag behind the executions. */
function source(id: string, status: ExecutionStatus | undefined): Pick<Query, 'index' | 'partition'> {
  return status === undefined
    ? { index: 'by_workflow', partition: id }
    : { index: 'by_workflow_status', partition: statusPartition(id, status) };
}

async function isKnown(backend: Parameters<typeof findWorkflow>[0], id: string): Promise<boolean> {
  if (await findWorkflow(backend, id)) return true;
  const any = await backend.table('executions').query({ ...source(id, undefined), limit: 1 });
  return any.items.length > 0;
}
