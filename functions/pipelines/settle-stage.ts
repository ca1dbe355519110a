import type { Home } from '../core/endpoint.ts';
import { stageNames } from '../core/settings.ts';
import { eventOf, publishEvents } from '../events/contract.ts';
import { isSentBack, isWorkingOn, type Pipeline, target, withStageEnded } from './pipeline.ts';
import { changePipeline, loadPipeline } from './pipeline-store.ts';
import type { StageOutcome, StageRun } from './stage-run.ts';

/** What the state machine does next. `iteration` is the one to go on with. */
export interface Transition {
  next: 'wait' | 'continue' | 'send_back' | 'finish';
  iteration: number;
  wait_seconds?: number;
}

/**
 * Announces the end of a run and writes it into the pipeline, in this order: a crash between the two repeats the same
 * event. A run that the pipeline knows as ended, or has left behind, changes nothing.
 */
export async function settleStage(run: StageRun, outcome: StageOutcome, { backend }: Home): Promise<Transition> {
  const { stage, iteration } = run;
  const pipeline = await loadPipeline(backend, run.pipelineId);
  if (isWorkingOn(pipeline, stage, iteration)) {
    await publishEvents(backend, [stageEvent(pipeline, run, outcome)]);
    const completedMs = run.completedMs ?? run.startedMs;
    await changePipeline(backend, pipeline.id, (now) =>
      withStageEnded(now, stage, { iteration, passed: outcome.verdict === 'passed', completedMs }),
    );
  }
  if (outcome.verdict === 'passed') return { next: 'continue', iteration };
  const isRepeated = outcome.verdict === 'rejected' && isSentBack(pipeline, stage, iteration);
  return isRepeated ? { next: 'send_back', iteration: iteration + 1 } : { next: 'finish', iteration };
}

function stageEvent(pipeline: Pipeline, run: StageRun, outcome: StageOutcome) {
  const completedMs = run.completedMs ?? run.startedMs;
  return eventOf('pipeline.stage.completed', {
    atMs: completedMs,
    occurrence: `${pipeline.id}#${run.iteration}#${run.stage}`,
    rank: 1 + stageNames.indexOf(run.stage),
    data: {
      pipeline_id: pipeline.id,
      ...target(pipeline.request),
      stage: run.stage,
      status: outcome.verdict === 'passed' ? 'completed' : 'failed',
      iteration: run.iteration,
      duration_ms: completedMs - run.startedMs,
      reasons: outcome.reasons,
    },
  });
}
