import { newId } from '../../../functions/core/ids.ts';
import type { StageName } from '../../../functions/core/settings.ts';
import { takeBranch } from '../../../functions/pipelines/branch-lock.ts';
import { launchPipeline } from '../../../functions/pipelines/launch-pipeline.ts';
import { claimOf, newPipeline, type Pipeline } from '../../../functions/pipelines/pipeline.ts';
import { changePipeline, createPipeline } from '../../../functions/pipelines/pipeline-store.ts';
import type { TestHome } from '../open-home.ts';
import { validRequest } from './requests.ts';

/** A pipeline that holds its branch and is stored, as before its execution starts; `change` is stored over it. */
export async function storePipeline(home: TestHome, options: StoredPipelineOptions = {}): Promise<Pipeline> {
  const nowMs = home.clock.now();
  const request = validRequest(options.config, options.stages ? { stages: options.stages } : {});
  const id = newId('pipe', nowMs);
  await takeBranch(home.backend, { target: claimOf(request), owner: id, nowMs });
  await createPipeline(home.backend, newPipeline(id, request, nowMs));
  return changePipeline(home.backend, id, (pipeline) => ({ ...pipeline, ...options.change }));
}

/** The same with its execution running. */
export async function startPipeline(home: TestHome, options: StoredPipelineOptions = {}): Promise<Pipeline> {
  const pipeline = await storePipeline(home, options);
  await launchPipeline(home.backend, pipeline);
  return pipeline;
}

export interface StoredPipelineOptions {
  config?: Record<string, unknown>;
  stages?: StageName[];
  change?: Partial<Pipeline>;
}
