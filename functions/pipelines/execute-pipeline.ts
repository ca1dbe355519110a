import type { Backend } from '../../backend/backend.ts';
import { endpoint } from '../core/endpoint.ts';
import { timeOfId } from '../core/ids.ts';
import { takeBranch } from './branch-lock.ts';
import { executePipelineContract, type PipelineRequest } from './contract.ts';
import { launchPipeline } from './launch-pipeline.ts';
import { claimOf, newPipeline, type Pipeline } from './pipeline.ts';
import { createPipeline, findPipeline, loadPipeline } from './pipeline-store.ts';
import { pipelineView } from './pipeline-view.ts';

/**
 * Every step can be done again by the same request: the branch is taken for the id, the pipeline is stored under it, and
 * the execution is named by it. A pipeline that an earlier attempt stored needs no branch: it has it, or has ended.
 */
export const executePipeline = endpoint(executePipelineContract, async ({ body }, { backend, newId, log }) => {
  const id = newId('pipe');
  const pipeline = (await findPipeline(backend, id)) ?? (await admit(backend, id, body));
  await launchPipeline(backend, pipeline);
  log.info('pipeline started', { pipeline_id: id });
  return { answer: 'accepted', body: pipelineView(pipeline), headers: { location: `/api/v1/pipeline/${id}` } };
});

/** Takes the branch and stores the pipeline, as old as its id, by which lists sort and `since` compares. */
async function admit(backend: Backend, id: string, request: PipelineRequest): Promise<Pipeline> {
  await takeBranch(backend, { target: claimOf(request), owner: id, nowMs: backend.clock.now() });
  await createPipeline(backend, newPipeline(id, request, timeOfId(id)));
  return loadPipeline(backend, id);
}
