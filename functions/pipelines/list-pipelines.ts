import type { Item, Query } from '../../backend/backend.ts';
import { endpoint } from '../core/endpoint.ts';
import { firstIdSince } from '../core/ids.ts';
import { settled } from '../core/json.ts';
import { oncePer } from '../core/once-per.ts';
import { nextCursor, readCursor } from '../core/page.ts';
import { listPipelinesContract } from './contract.ts';
import { allPipelines, pipelineOf } from './pipeline-store.ts';
import { pipelineView } from './pipeline-view.ts';
import { parseRepository } from './repository.ts';

export const listPipelines = endpoint(listPipelinesContract, async ({ query }, { backend }) => {
  const { cursor, limit, ...filters } = query;
  const list = { list: listPipelinesContract.operationId, ...filters };
  const before = readCursor(cursor, list);
  const page = await backend.table('pipelines').query({
    ...source(filters),
    limit,
    ...(before === undefined ? {} : { before }),
    ...(filters.since === undefined ? {} : { from: firstIdSince('pipe', Date.parse(filters.since)) }),
  });
  const pipelines = page.items.map(viewOf);
  return { answer: 'ok', body: { pipelines, next_cursor: nextCursor(page, 'id', list) } };
});

const viewOf = oncePer((item: Readonly<Item>) => settled(pipelineView(pipelineOf(item))));

type Filters = { status?: string | undefined; repo_url?: string | undefined; branch?: string | undefined };

/** The narrowest index that serves the filters; what it leaves open is compared. Few pipelines run at a time. */
function source({ status, repo_url, branch }: Filters): Omit<Query, 'limit'> {
  const repository = repo_url === undefined ? undefined : parseRepository(repo_url)?.url;
  const sought = { ...(status && { status }), ...(repository && { repository }), ...(branch && { branch }) };
  const { status: _status, ...ofStatus } = sought;
  const { repository: _repository, ...ofRepository } = sought;
  const { branch: _branch, ...ofBranch } = sought;
  if (repository !== undefined) return { index: 'by_repository', partition: repository, equals: ofRepository };
  if (branch !== undefined && status !== 'running') return { index: 'by_branch', partition: branch, equals: ofBranch };
  if (status !== undefined) return { index: 'by_status', partition: status, equals: ofStatus };
  return { index: 'by_creation', partition: allPipelines };
}
