import { endpoint } from '../core/endpoint.ts';
import { timeOfId } from '../core/ids.ts';
import { takeBranch } from './branch-lock.ts';
import { executePipelineContract } from './contract.ts';
import { launchPipeline } from './launch-pipeline.ts';
import { newPipeline, target } from './pipeline.ts';
import { createPipeline, loadPipeline } from './pipeline-store.ts';
import { pipelineView } from './pipeline-view.ts';

/**
 * Every step can be done again by the same request: the branch is taken for the id, the pipeline is stored under it, and
 * the execution is named by it. It is as old as its id, by which lists sort and `since` compares.
 */
export const executePipeline = endpoint(executePipelineContract, async ({ body }, { backend, newId, log }) => {
  const id = newId('pipe');
  await takeBranch(backend, { target: target(body), owner: id, nowMs: backend.clock.now() });
  await createPipeline(backend, newPipeline(id, body, timeOfId(id)));
  const pipeline = await loadPipeline(backend, id);
  await launchPipeline(backend, pipeline);
  log.info('pipeline started', { pipeline_id: id });
  return { answer: 'accepted', body: pipelineView(pipeline), headers: { location: `/api/v1/pipeline/${id}` } };
});
