import { type StageName, stageNames } from '../core/settings.ts';
import type { PipelineRequest, pipelineStatuses, stageStatuses } from './contract.ts';
import { parseRepository } from './repository.ts';

export type PipelineStatus = (typeof pipelineStatuses)[number];
export type StageStatus = (typeof stageStatuses)[number];

/** Why a stage or a pipeline failed. `retryable`: running it again unchanged may succeed. */
export interface Failure {
  code: 'STAGE_FAILED' | 'SERVICE_UNAVAILABLE' | 'TIMEOUT' | 'INTERNAL';
  stage: StageName | null;
  message: string;
  retryable: boolean;
}

/** Where a stage stands, in its latest run. Times are epoch ms. */
export interface StageState {
  status: StageStatus;
  /** The iteration of the latest run; 0 before the first. */
  iteration: number;
  startedMs?: number;
  completedMs?: number;
}

export interface Pipeline {
  id: string;
  request: PipelineRequest;
  status: PipelineStatus;
  stages: Partial<Record<StageName, StageState>>;
  /** The number of the generate → validate → test round that is under way, from 1. */
  iteration: number;
  createdMs: number;
  completedMs?: number;
  cancelRequestedMs?: number;
  error?: Failure;
  /** Set while the end is stored but may not have been published yet, so that it can be found again. */
  unannounced?: 'end';
  /** Grows with each write; a write names the revision that it changes. */
  revision: number;
}

/** What a pipeline works on, as its caller named it. */
export function target({ config }: PipelineRequest): { repo_url: string; branch: string } {
  return { repo_url: config.repo_url, branch: config.branch };
}

/** What only one pipeline may work on at a time: the repository's normalised URL and the branch. */
export function claimOf(request: PipelineRequest): { repository: string; branch: string } {
  const repository = parseRepository(request.config.repo_url);
  if (!repository) throw new Error('a stored pipeline has a repository URL that its contract refuses');
  return { repository: repository.url, branch: request.config.branch };
}

/** The pipeline's stages in the platform's order. */
export function orderedStages(pipeline: Pick<Pipeline, 'stages'>): StageName[] {
  return stageNames.filter((name) => pipeline.stages[name]);
}

/** A pipeline as it begins: everything pending. */
export function newPipeline(id: string, request: PipelineRequest, nowMs: number): Pipeline {
  const asked = request.stages ?? stageNames;
  const stages = stageNames
    .filter((name) => asked.includes(name))
    .map((name) => [name, { status: 'pending', iteration: 0 } satisfies StageState]);
  return {
    id,
    request,
    status: 'running',
    stages: Object.fromEntries(stages),
    iteration: 1,
    createdMs: nowMs,
    revision: 0,
  };
}

/** Whether this run of a stage is what the pipeline is working on: begun, not ended, not overtaken by anything. */
export function isWorkingOn(pipeline: Pipeline, stage: StageName, iteration: number): boolean {
  const state = pipeline.stages[stage];
  return pipeline.status === 'running' && state?.status === 'running' && state.iteration === iteration;
}

/** The stages that are run again when validate or test sends the work back. */
const repeatedStages: readonly StageName[] = ['generate', 'validate', 'test'];

/**
 * The pipeline with this stage running; as it was where the stage may not begin: when the pipeline ended, when its
 * cancellation was asked for, when this run had begun before or a later iteration has. A new iteration makes the stages
 * that it repeats pending again.
 */
export function withStageBegun(pipeline: Pipeline, stage: StageName, iteration: number, nowMs: number): Pipeline {
  const state = pipeline.stages[stage];
  const isBegun = state?.iteration === iteration && state.status !== 'pending';
  const isOvertaken = pipeline.status !== 'running' || pipeline.iteration > iteration;
  if (!state || isBegun || isOvertaken || pipeline.cancelRequestedMs !== undefined) return pipeline;
  const stages = { ...pipeline.stages };
  for (const name of iteration > pipeline.iteration ? repeatedStages : []) {
    if (stages[name]) stages[name] = { status: 'pending', iteration };
  }
  stages[stage] = { status: 'running', iteration, startedMs: nowMs };
  return { ...pipeline, iteration, stages };
}

interface StageEnd {
  iteration: number;
  passed: boolean;
  completedMs: number;
}

/** The pipeline with this run of a stage ended; as it was when it is not working on that run. */
export function withStageEnded(pipeline: Pipeline, stage: StageName, end: StageEnd): Pipeline {
  const state = pipeline.stages[stage];
  if (!state || !isWorkingOn(pipeline, stage, end.iteration)) return pipeline;
  const ended: StageState = { ...state, status: end.passed ? 'completed' : 'failed', completedMs: end.completedMs };
  return { ...pipeline, stages: { ...pipeline.stages, [stage]: ended } };
}

/** Whether a failed gate leads back to generate: there is one, and an iteration is left. */
export function isSentBack(pipeline: Pipeline, stage: StageName, iteration: number): boolean {
  const isGate = stage === 'validate' || stage === 'test';
  return isGate && pipeline.stages.generate !== undefined && iteration < pipeline.request.config.max_iterations;
}

/** The pipeline with its cancellation asked for; the time of the first request stays. */
export function withCancelRequested(pipeline: Pipeline, nowMs: number): Pipeline {
  return pipeline.cancelRequestedMs === undefined ? { ...pipeline, cancelRequestedMs: nowMs } : pipeline;
}

/**
 * The pipeline as it ends. A cancellation that was asked for wins, since whoever asked is told that it will; then a
 * failure; a stage left running by an execution that broke off fails with it; what is still pending is skipped.
 */
export function withEnd(pipeline: Pipeline, failure: Failure | undefined, nowMs: number): Pipeline {
  const stages = Object.fromEntries(
    orderedStages(pipeline).map((name) => [name, endedStage(pipeline.stages[name] as StageState, nowMs)]),
  );
  const error = failure ?? unfinishedFailure(pipeline);
  const isCancelled = pipeline.cancelRequestedMs !== undefined;
  const status = isCancelled ? 'cancelled' : error ? 'failed' : 'completed';
  return { ...pipeline, stages, status, completedMs: nowMs, unannounced: 'end', ...(error ? { error } : {}) };
}

/** The pipeline once its end is published and its branch free. */
export function withEndAnnounced({ unannounced: _, ...pipeline }: Pipeline): Pipeline {
  return pipeline;
}

function endedStage(state: StageState, nowMs: number): StageState {
  if (state.status === 'pending') return { ...state, status: 'skipped' };
  return state.status === 'running' ? { ...state, status: 'failed', completedMs: nowMs } : state;
}

/** What to say of a pipeline that ended with stages unfinished and no failure given; nothing when it was cancelled. */
function unfinishedFailure(pipeline: Pipeline): Failure | undefined {
  const stages = orderedStages(pipeline);
  if (pipeline.cancelRequestedMs !== undefined) return undefined;
  if (stages.every((name) => pipeline.stages[name]?.status === 'completed')) return undefined;
  const withStatus = (status: StageStatus) => stages.find((name) => pipeline.stages[name]?.status === status);
  const sentBackTo = withStatus('failed') && pipeline.stages.generate ? 'generate' : undefined;
  const stage = withStatus('running') ?? sentBackTo ?? withStatus('pending') ?? null;
  return { code: 'INTERNAL', stage, message: `The ${stage ?? 'last'} stage broke off.`, retryable: true };
}
