import { isoTime } from '../core/schemas.ts';
import type { PipelineView } from './contract.ts';
import { orderedStages, type Pipeline, type StageState } from './pipeline.ts';

/** A pipeline as the API shows it in lists and as the answer to starting one. */
export function pipelineView(pipeline: Pipeline): PipelineView {
  const { task, config, context } = pipeline.request;
  return {
    pipeline_id: pipeline.id,
    status: pipeline.status,
    stages: Object.fromEntries(orderedStages(pipeline).map((name) => [name, stageView(pipeline.stages[name])])),
    task,
    config,
    context,
    iteration: pipeline.iteration,
    created_at: isoTime(pipeline.createdMs),
    started_at: isoTime(pipeline.createdMs),
    completed_at: timeOrNull(pipeline.completedMs),
    cancel_requested_at: timeOrNull(pipeline.cancelRequestedMs),
    error: pipeline.error ?? null,
  };
}

/** Times of a stage as the API shows them: left out while they lie ahead. */
export function stageTimes({
  startedMs,
  completedMs,
}: {
  startedMs?: number | undefined;
  completedMs?: number | undefined;
}) {
  if (startedMs === undefined) return {};
  if (completedMs === undefined) return { started_at: isoTime(startedMs) };
  return { started_at: isoTime(startedMs), completed_at: isoTime(completedMs), duration_ms: completedMs - startedMs };
}

function stageView(state: StageState | undefined) {
  return { status: state?.status ?? ('pending' as const), ...(state ? stageTimes(state) : {}) };
}

function timeOrNull(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : isoTime(epochMs);
}
