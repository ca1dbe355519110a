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
  const before = readCursor(cursor, filters);
  const page = await backend.table('pipelines').query({
    ...source(filters),
    limit,
    ...(before === undefined ? {} : { before }),
    ...(filters.since === undefined ? {} : { from: firstIdSince('pipe', Date.parse(filters.since)) }),
  });
  const pipelines = page.items.map(viewOf);
  return { answer: 'ok', body: { pipelines, next_cursor: nextCursor(page, 'id', filters) } };
});

const viewOf = oncePer((item: Readonly<Item>) => settled(pipelineView(pipelineOf(item))));

type Filters = { status?: string | undefined; repo_url?: string | undefined; branch?: string | undefined };

/** The narrowest index that serves the filters; what it leaves open is compared. */
function source({ status, repo_url, branch }: Filters): Omit<Query, 'limit'> {
  const repository = repo_url === undefined ? undefined : parseRepository(repo_url)?.url;
  const rest = Object.entries({ branch, ...(repository === undefined ? {} : { status }) });
  const equals = Object.fromEntries(rest.filter((entry): entry is [string, string] => entry[1] !== undefined));
  if (repository !== undefined) return { index: 'by_repository', partition: repository, equals };
  if (status !== undefined) return { index: 'by_status', partition: status, equals };
  return { index: 'by_creation', partition: allPipelines, equals };
}
