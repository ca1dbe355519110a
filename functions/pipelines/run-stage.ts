import { setTimeout as sleep } from 'node:timers/promises';
import { createUpstreamClient } from '../../platform/client.ts';
import { UpstreamError } from '../../platform/upstream/errors.ts';
import type { Home } from '../core/endpoint.ts';
import { withFields } from '../core/log.ts';
import { type StageName, stageNames } from '../core/settings.ts';
import { eventOf } from '../events/contract.ts';
import {
  type Failure,
  isSentBack,
  mayBegin,
  type Pipeline,
  target,
  withStageBegun,
  withStageEnded,
} from './pipeline.ts';
import { changePipeline, loadPipeline } from './pipeline-store.ts';
import { newStageRun, pollDelaySeconds, type StageOutcome, type StageRun, shortened, withLog } from './stage-run.ts';
import { beginStageRun, loadStageRun, saveStageRun } from './stage-run-store.ts';
import { type Stage, StageWork, StillWaiting } from './stage-work.ts';

export interface StageCall {
  pipeline_id: string;
  iteration: number;
}

/** What the state machine does next. `iteration` is the one to go on with. */
export interface Transition {
  next: 'wait' | 'continue' | 'send_back' | 'finish';
  iteration: number;
  wait_seconds?: number;
}

/**
 * Brings one stage of one iteration as far as it goes now. Every call with the same pipeline and iteration gives the
 * same answer once the stage has ended, whatever happened in between: the state machine may repeat it at will.
 */
export async function runStage(stage: StageName, script: Stage, call: StageCall, home: Home): Promise<Transition> {
  const { backend } = home;
  const name = { pipelineId: call.pipeline_id, stage, iteration: call.iteration };
  const stored = await loadStageRun(backend, name);
  const pipeline = await loadPipeline(backend, call.pipeline_id);
  if (stored?.outcome) return settle(pipeline, stored, stored.outcome, home);
  if (stored ? pipeline.status !== 'running' : !mayBegin(pipeline))
    return { next: 'finish', iteration: call.iteration };
  const run =
    stored ?? (await beginStageRun(backend, newStageRun(pipeline.id, stage, call.iteration, backend.clock.now())));
  const begun = await changePipeline(backend, pipeline.id, (now) => begin(now, run));
  const worked = await work(script, begun, run, home);
  if (!worked.outcome)
    return { next: 'wait', iteration: call.iteration, wait_seconds: pollDelaySeconds(worked.polls - 1) };
  return settle(begun, worked, worked.outcome, home);
}

/** A call that was overtaken, by the end of its stage or by a later iteration, must not take the pipeline back to it. */
function begin(pipeline: Pipeline, run: StageRun): Pipeline {
  const state = pipeline.stages[run.stage];
  const isBegun = state?.iteration === run.iteration && state.status !== 'pending';
  const isOvertaken = pipeline.iteration > run.iteration || pipeline.status !== 'running';
  return isBegun || isOvertaken ? pipeline : withStageBegun(pipeline, run.stage, run.iteration, run.startedMs);
}

/** Runs the stage's script and stores where it stands: ended with its outcome, or asked once more. */
async function work(script: Stage, pipeline: Pipeline, run: StageRun, home: Home): Promise<StageRun> {
  const { backend, settings, catalogue } = home;
  const log = withFields(home.log, { pipeline_id: pipeline.id });
  const { secrets, clock } = backend;
  const upstream = createUpstreamClient({ catalogue, secrets, clock, log, sleep, random: Math.random });
  const stageWork = new StageWork(pipeline, run, { backend, settings, log, upstream });
  const outcome = await outcomeOf(script, stageWork);
  const now = stageWork.run;
  if (!outcome) return saveStageRun(backend, { ...now, polls: now.polls + 1 });
  const completedMs = backend.clock.now();
  const ended = { ...now, completedMs, outcome };
  const message = outcome.failure?.message ?? `The ${run.stage} stage passed its gate.`;
  return saveStageRun(
    backend,
    withLog(ended, { timeMs: completedMs, level: outcome.failure ? 'error' : 'info', message }),
  );
}

async function outcomeOf(script: Stage, stageWork: StageWork): Promise<StageOutcome | undefined> {
  const { stage, startedMs } = stageWork.run;
  const deadlineSeconds = stageWork.settings.stageDeadlineSeconds[stage];
  const isLate = stageWork.nowMs - startedMs >= deadlineSeconds * 1000;
  try {
    const gate = await script(stageWork);
    if (gate.reasons.length === 0) return { verdict: 'passed', ...gate };
    return { verdict: 'rejected', failure: gateFailure(stage, gate.reasons), ...gate };
  } catch (error) {
    if (error instanceof UpstreamError) return broken(upstreamFailure(stage, error));
    if (!(error instanceof StillWaiting)) throw error;
    if (!isLate) return undefined;
    const message = `The ${stage} stage was not done within its ${deadlineSeconds} seconds.`;
    return broken({ code: 'TIMEOUT', stage, message, retryable: true });
  }
}

function broken(failure: Failure): StageOutcome {
  return { verdict: 'broken', reasons: [failure.message], failure, result: {} };
}

/** A pipeline's item and its end event carry the failure: long enough to see what happened, the run has the reasons. */
const failureCharactersMax = 2000;

function gateFailure(stage: StageName, reasons: string[]): Failure {
  return {
    code: 'STAGE_FAILED',
    stage,
    message: shortened(`The ${stage} stage failed: ${reasons.join(' ')}`, failureCharactersMax),
    retryable: false,
  };
}

function upstreamFailure(stage: StageName, error: UpstreamError): Failure {
  const code = error.isRetryable ? 'SERVICE_UNAVAILABLE' : 'STAGE_FAILED';
  return { code, stage, message: error.message, retryable: error.isRetryable };
}

/** Announces the end of a run and writes it into the pipeline, in this order: a crash between the two repeats the same event. */
async function settle(pipeline: Pipeline, run: StageRun, outcome: StageOutcome, home: Home): Promise<Transition> {
  const { stage, iteration } = run;
  const state = pipeline.stages[stage];
  const isSettled =
    state !== undefined && (state.iteration > iteration || state.status === 'completed' || state.status === 'failed');
  if (!isSettled) {
    await home.backend.bus.publish([stageEvent(pipeline, run, outcome)]);
    await changePipeline(home.backend, pipeline.id, (now) =>
      withStageEnded(now, stage, outcome.verdict === 'passed', run.completedMs ?? run.startedMs),
    );
  }
  if (outcome.verdict === 'passed') return { next: 'continue', iteration };
  const isRepeated = outcome.verdict === 'rejected' && isSentBack(pipeline, stage, iteration);
  return isRepeated ? { next: 'send_back', iteration: iteration + 1 } : { next: 'finish', iteration };
}

function stageEvent(pipeline: Pipeline, run: StageRun, outcome: StageOutcome) {
  const { repository, branch } = target(pipeline.request);
  const completedMs = run.completedMs ?? run.startedMs;
  return eventOf('pipeline.stage.completed', {
    atMs: completedMs,
    occurrence: `${pipeline.id}#${run.iteration}#${run.stage}`,
    rank: 1 + stageNames.indexOf(run.stage),
    data: {
      pipeline_id: pipeline.id,
      repo_url: repository,
      branch,
      stage: run.stage,
      status: outcome.verdict === 'passed' ? 'completed' : 'failed',
      iteration: run.iteration,
      duration_ms: completedMs - run.startedMs,
      reasons: outcome.reasons,
    },
  });
}
