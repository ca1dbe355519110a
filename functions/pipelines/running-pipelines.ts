import type { Backend } from '../../backend/backend.ts';
import type { StageName } from '../core/settings.ts';
import { orderedStages, type Pipeline } from './pipeline.ts';
import { findPipeline, runningPipelines } from './pipeline-store.ts';
import { stageServices } from './task-contracts.ts';

/** A running pipeline, the first of its stages that is not over and calls one of the services, and that service. */
export interface PipelineUse {
  pipelineId: string;
  stage: StageName;
  service: string;
}

/** The running pipelines with a stage under way or to come that calls one of these services, newest first. */
export async function runningPipelinesUsing(
  backend: Pick<Backend, 'table'>,
  services: ReadonlySet<string>,
): Promise<PipelineUse[]> {
  const found: PipelineUse[] = [];
  let before: string | undefined;
  for (;;) {
    const query = { ...runningPipelines, limit: 100, ...(before === undefined ? {} : { before }) };
    const page = await backend.table('pipelines').query(query);
    for (const item of page.items) {
      const pipeline = await findPipeline(backend, item.pk);
      const use = pipeline && firstUse(pipeline, services);
      if (use) found.push(use);
    }
    before = page.items.at(-1)?.['id'] as string | undefined;
    if (!page.more || before === undefined) return found;
  }
}

/**
 * How many pipelines run, by their index, which may lag. Of more than 1000 only so many are counted: some 20 read units, whatever
 * their tasks are.
 */
export async function countRunning(backend: Pick<Backend, 'table'>): Promise<number> {
  return (await backend.table('pipelines').query({ ...runningPipelines, limit: 1000 })).items.length;
}

/** The index may lag: the pipeline itself says whether it runs. */
function firstUse(pipeline: Pipeline, services: ReadonlySet<string>): PipelineUse | undefined {
  if (pipeline.status !== 'running') return undefined;
  for (const stage of orderedStages(pipeline)) {
    const isOver = !['pending', 'running'].includes(pipeline.stages[stage]?.status ?? 'pending');
    const service = stageServices[stage].find((name) => services.has(name));
    if (!isOver && service !== undefined) return { pipelineId: pipeline.id, stage, service };
  }
  return undefined;
}
