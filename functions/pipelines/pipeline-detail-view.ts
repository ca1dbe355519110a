import type { Objects } from '../../backend/backend.ts';
import { isoTime } from '../core/schemas.ts';
import { stageNames } from '../core/settings.ts';
import type { PipelineDetailView, StageDetailView } from './contract.ts';
import { orderedStages, type Pipeline, type StageStatus } from './pipeline.ts';
import { pipelineView, stageTimes } from './pipeline-view.ts';
import type { StageRun } from './stage-run.ts';

/** Seconds that an artifact's link can be used. */
const linkSeconds = 3600;

/** A pipeline with the logs and artifacts of every run; `stages` shows each stage's latest. */
export async function pipelineDetailView(
  pipeline: Pipeline,
  runs: StageRun[],
  objects: Objects,
): Promise<PipelineDetailView> {
  const views = new Map<StageRun, StageDetailView>();
  for (const run of runs) views.set(run, await runView(pipeline, run, objects));
  const stages = orderedStages(pipeline).map((name) => {
    const state = pipeline.stages[name] ?? { status: 'pending' as const, iteration: 0 };
    const ofStage = runs.filter((run) => run.stage === name);
    const latest = views.get(ofStage.find((run) => run.iteration === state.iteration) as StageRun);
    return [name, { ...(latest ?? noRun(state.status)), status: state.status, attempts: ofStage.length }];
  });
  return { ...pipelineView(pipeline), stages: Object.fromEntries(stages), iterations: iterationsOf(runs, views) };
}

function iterationsOf(runs: StageRun[], views: Map<StageRun, StageDetailView>) {
  const numbers = [...new Set(runs.map((run) => run.iteration))].sort((a, b) => a - b);
  return numbers.map((iteration) => {
    const ofIteration = stageNames.flatMap((name) =>
      runs.filter((run) => run.iteration === iteration && run.stage === name),
    );
    return { iteration, stages: Object.fromEntries(ofIteration.map((run) => [run.stage, views.get(run)])) };
  });
}

function noRun(status: StageStatus): StageDetailView {
  return { status, attempts: 0, logs: [], logs_truncated: false, artifacts: [], error: null };
}

async function runView(pipeline: Pipeline, run: StageRun, objects: Objects): Promise<StageDetailView> {
  const artifacts = run.artifacts.map(async ({ name, contentType, size, key }) => {
    return { name, content_type: contentType, size, url: await objects.signedUrl(key, linkSeconds) };
  });
  return {
    status: statusOf(pipeline, run),
    ...stageTimes(run),
    attempts: 1,
    logs: run.logs.map(({ timeMs, level, message }) => ({ timestamp: isoTime(timeMs), level, message })),
    logs_truncated: run.logsTruncated,
    artifacts: await Promise.all(artifacts),
    error: run.outcome?.failure ?? null,
  };
}

/** A run without an outcome goes on, unless its pipeline has ended: then it was broken off. */
function statusOf(pipeline: Pipeline, run: StageRun): StageStatus {
  if (!run.outcome) return pipeline.status === 'running' ? 'running' : 'failed';
  return run.outcome.verdict === 'passed' ? 'completed' : 'failed';
}
