import { endpoint } from '../core/endpoint.ts';
import { getPipelineContract } from './contract.ts';
import { pipelineDetailView } from './pipeline-detail-view.ts';
import { loadPipeline } from './pipeline-store.ts';
import { listStageRuns } from './stage-run-store.ts';

export const getPipeline = endpoint(getPipelineContract, async ({ parameters }, { backend }) => {
  const pipeline = await loadPipeline(backend, parameters.pipeline_id);
  const runs = await listStageRuns(backend, pipeline.id);
  return { answer: 'ok', body: await pipelineDetailView(pipeline, runs, backend.objects) };
});
