import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import { ApiError } from '../core/errors.ts';
import { untilUnchanged } from '../core/revision.ts';
import { claimOf, type Pipeline } from './pipeline.ts';

const sk = 'pipeline';

/** The partition of the index that lists all pipelines. */
export const allPipelines = 'pipeline';

/** All running pipelines, with nothing of them but `id` and key; the index may lag. */
export const runningPipelines = { index: 'by_running', partition: 'running' } as const;

/** The pipeline of this id, or NOT_FOUND. */
export async function loadPipeline(backend: Backend, id: string): Promise<Pipeline> {
  const pipeline = await findPipeline(backend, id);
  if (!pipeline) throw new ApiError('NOT_FOUND', { message: `There is no pipeline ${id}.` });
  return pipeline;
}

/** The pipeline of this id, or undefined where there is none. */
export async function findPipeline(backend: Pick<Backend, 'table'>, id: string): Promise<Pipeline | undefined> {
  const item = await backend.table('pipelines').get({ pk: id, sk });
  return item && pipelineOf(item);
}

/** Stores a new pipeline; one with this id that is stored already stays as it is. */
export async function createPipeline(backend: Pick<Backend, 'table'>, pipeline: Pipeline): Promise<void> {
  await isApplied(backend.table('pipelines').put(itemOf(pipeline), { exists: false }));
}

/**
 * Changes a pipeline by a pure rule, which is asked again when somebody else wrote first. A rule that gives its argument
 * back changes nothing and costs no write.
 */
export function changePipeline(
  backend: Backend,
  id: string,
  rule: (pipeline: Pipeline) => Pipeline,
): Promise<Pipeline> {
  return untilUnchanged(async () => {
    const before = await loadPipeline(backend, id);
    const after = rule(before);
    if (after === before) return before;
    const stored = { ...after, revision: before.revision + 1 };
    await backend.table('pipelines').put(itemOf(stored), { equals: { revision: before.revision } });
    return stored;
  });
}

/** The pipeline in a stored item. */
export function pipelineOf(item: Item): Pipeline {
  const {
    pk: _pk,
    sk: _sk,
    kind: _kind,
    running: _running,
    repository: _repository,
    branch: _branch,
    ...fields
  } = item;
  return fields as unknown as Pipeline;
}

/** What the indexes and the filters of the list need stands beside the pipeline's own fields. */
function itemOf(pipeline: Pipeline): Item {
  const { repository, branch } = claimOf(pipeline.request);
  const running = pipeline.status === 'running' ? runningPipelines.partition : undefined;
  return { ...pipeline, pk: pipeline.id, sk, kind: allPipelines, running, repository, branch };
}
