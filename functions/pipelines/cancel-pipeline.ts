import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { cancelPipelineContract } from './contract.ts';
import { withCancelRequested } from './pipeline.ts';
import { changePipeline } from './pipeline-store.ts';
import { pipelineView } from './pipeline-view.ts';

export const cancelPipeline = endpoint(cancelPipelineContract, async ({ parameters }, { backend, log }) => {
  const pipeline = await changePipeline(backend, parameters.pipeline_id, (now) =>
    now.status === 'running' ? withCancelRequested(now, backend.clock.now()) : now,
  );
  if (pipeline.status === 'cancelled') return { answer: 'alreadyCancelled', body: pipelineView(pipeline) };
  if (pipeline.status !== 'running') {
    throw new ApiError('CONFLICT', { message: `The pipeline has ${pipeline.status} and cannot be cancelled.` });
  }
  log.info('pipeline cancellation requested', { pipeline_id: pipeline.id });
  return { answer: 'accepted', body: pipelineView(pipeline) };
});
