import type { Backend } from '../../backend/backend.ts';
import { eventOf, publishEvents } from '../events/contract.ts';
import { freeBranch } from './branch-lock.ts';
import {
  claimOf,
  type Failure,
  isSentBack,
  orderedStages,
  type Pipeline,
  target,
  withEnd,
  withEndAnnounced,
} from './pipeline.ts';
import { changePipeline, loadPipeline } from './pipeline-store.ts';
import { loadStageRun } from './stage-run-store.ts';

/**
 * Ends a pipeline, announces its end and frees its branch. The end is stored as unannounced first, so that it is found
 * again if the rest does not happen. Called again, it repeats the rest and decides nothing anew.
 */
export async function endPipeline(backend: Backend, pipelineId: string): Promise<Pipeline> {
  const failure = await failureOf(backend, pipelineId);
  const ended = await changePipeline(backend, pipelineId, (pipeline) =>
    pipeline.status === 'running' ? withEnd(pipeline, failure, backend.clock.now()) : pipeline,
  );
  await publishEvents(backend, [endEvent(ended)]);
  await freeBranch(backend, claimOf(ended.request), ended.id);
  return changePipeline(backend, pipelineId, (pipeline) =>
    pipeline.unannounced ? withEndAnnounced(pipeline) : pipeline,
  );
}

/** Why the work ended: the failure of the stage that failed, unless it was sent back and the end came before the next try. */
async function failureOf(backend: Backend, pipelineId: string): Promise<Failure | undefined> {
  const pipeline = await loadPipeline(backend, pipelineId);
  const stage = orderedStages(pipeline).find((name) => pipeline.stages[name]?.status === 'failed');
  const iteration = stage && pipeline.stages[stage]?.iteration;
  if (stage === undefined || iteration === undefined) return undefined;
  const outcome = (await loadStageRun(backend, { pipelineId, stage, iteration }))?.outcome;
  const isRepeated = outcome?.verdict === 'rejected' && isSentBack(pipeline, stage, iteration);
  return isRepeated ? undefined : outcome?.failure;
}

function endEvent(pipeline: Pipeline) {
  const endedMs = pipeline.completedMs ?? pipeline.createdMs;
  const common = {
    pipeline_id: pipeline.id,
    ...target(pipeline.request),
    iteration: pipeline.iteration,
    duration_ms: endedMs - pipeline.createdMs,
  };
  const happened = { atMs: endedMs, occurrence: pipeline.id, rank: 31 };
  if (pipeline.status === 'cancelled') return eventOf('pipeline.cancelled', { ...happened, data: common });
  if (!pipeline.error) return eventOf('pipeline.completed', { ...happened, data: common });
  return eventOf('pipeline.failed', { ...happened, data: { ...common, error: pipeline.error } });
}
