import type { Backend } from '../../backend/backend.ts';
import { eventOf } from '../events/contract.ts';
import { freeBranch } from './branch-lock.ts';
import { type Failure, orderedStages, type Pipeline, target, withEnd } from './pipeline.ts';
import { changePipeline, loadPipeline } from './pipeline-store.ts';
import { loadStageRun } from './stage-run-store.ts';

/**
 * Ends a pipeline, announces its end and frees its branch. Called again, it repeats what may not have happened and
 * decides nothing anew: the end that is stored stays.
 */
export async function endPipeline(backend: Backend, pipelineId: string): Promise<Pipeline> {
  const failure = await failureOf(backend, pipelineId);
  const ended = await changePipeline(backend, pipelineId, (pipeline) =>
    pipeline.status === 'running' ? withEnd(pipeline, failure, backend.clock.now()) : pipeline,
  );
  await backend.bus.publish([endEvent(ended)]);
  await freeBranch(backend, target(ended.request), ended.id);
  return ended;
}

/** The failure of the stage that failed last, if one did. */
async function failureOf(backend: Backend, pipelineId: string): Promise<Failure | undefined> {
  const pipeline = await loadPipeline(backend, pipelineId);
  const stage = orderedStages(pipeline).find((name) => pipeline.stages[name]?.status === 'failed');
  const iteration = stage && pipeline.stages[stage]?.iteration;
  if (stage === undefined || iteration === undefined) return undefined;
  return (await loadStageRun(backend, { pipelineId, stage, iteration }))?.outcome?.failure;
}

function endEvent(pipeline: Pipeline) {
  const { repository, branch } = target(pipeline.request);
  const endedMs = pipeline.completedMs ?? pipeline.createdMs;
  const common = {
    pipeline_id: pipeline.id,
    repo_url: repository,
    branch,
    iteration: pipeline.iteration,
    duration_ms: endedMs - pipeline.createdMs,
  };
  const happened = { atMs: endedMs, occurrence: pipeline.id, rank: 31 };
  if (pipeline.status === 'cancelled') return eventOf('pipeline.cancelled', { ...happened, data: common });
  if (!pipeline.error) return eventOf('pipeline.completed', { ...happened, data: common });
  return eventOf('pipeline.failed', { ...happened, data: { ...common, error: pipeline.error } });
}
