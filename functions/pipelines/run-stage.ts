import { setTimeout as sleep } from 'node:timers/promises';
import { createUpstreamClient } from '../../platform/client.ts';
import type { Home } from '../core/endpoint.ts';
import { withFields } from '../core/log.ts';
import type { StageName } from '../core/settings.ts';
import { isWorkingOn, type Pipeline, withStageBegun } from './pipeline.ts';
import { changePipeline } from './pipeline-store.ts';
import { settleStage, type Transition } from './settle-stage.ts';
import { outcomeOf } from './stage-outcome.ts';
import { newStageRun, type StageRun, waitSeconds, withLog } from './stage-run.ts';
import { beginStageRun, loadStageRun, saveStageRun } from './stage-run-store.ts';
import { type Stage, StageWork } from './stage-work.ts';

export interface StageCall {
  pipeline_id: string;
  iteration: number;
}

/**
 * Brings one stage of one iteration as far as it goes now. Every call with the same pipeline and iteration gives the
 * same answer once the stage has ended, whatever happened in between: the state machine may repeat it at will.
 */
export async function runStage(stage: StageName, script: Stage, call: StageCall, home: Home): Promise<Transition> {
  const { backend, settings } = home;
  const { pipeline_id: pipelineId, iteration } = call;
  const stored = await loadStageRun(backend, { pipelineId, stage, iteration });
  if (stored?.outcome) return settleStage(stored, stored.outcome, home);
  const pipeline = await changePipeline(backend, pipelineId, (now) =>
    withStageBegun(now, stage, iteration, backend.clock.now()),
  );
  if (!isWorkingOn(pipeline, stage, iteration)) return { next: 'finish', iteration };
  const startedMs = pipeline.stages[stage]?.startedMs ?? backend.clock.now();
  const run = stored ?? (await beginStageRun(backend, newStageRun(pipelineId, stage, iteration, startedMs)));
  const worked = await work(script, pipeline, run, home);
  if (worked.outcome) return settleStage(worked, worked.outcome, home);
  const wait_seconds = waitSeconds(worked, settings.stageDeadlineSeconds[stage], backend.clock.now());
  return { next: 'wait', iteration, wait_seconds };
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
  const completedMs = clock.now();
  const message = outcome.failure?.message ?? `The ${run.stage} stage passed its gate.`;
  const line = { timeMs: completedMs, level: outcome.failure ? 'error' : 'info', message } as const;
  return saveStageRun(backend, withLog({ ...now, completedMs, outcome }, line));
}
