import type { Table } from '../../backend/backend.ts';
import { newId } from '../../functions/core/ids.ts';
import { stageNames } from '../../functions/core/settings.ts';
import { pipelineRequest } from '../../functions/pipelines/contract.ts';
import {
  newPipeline,
  type Pipeline,
  withEnd,
  withEndAnnounced,
  withStageBegun,
  withStageEnded,
} from '../../functions/pipelines/pipeline.ts';
import { createPipeline } from '../../functions/pipelines/pipeline-store.ts';
import { samplePipelineRequest } from './sample-request.ts';

/** Two pages, so that a list has a cursor, as that of a site in use. */
const count = 40;

/** Stores pipelines that ran through all eight stages, a minute apart. */
export async function seedPipelines(pipelines: Table): Promise<void> {
  const firstMs = Date.now() - count * 60_000;
  for (let index = 0; index < count; index += 1) {
    await createPipeline({ table: () => pipelines }, endedPipeline(firstMs + index * 60_000, index));
  }
}

function endedPipeline(createdMs: number, index: number): Pipeline {
  const request = pipelineRequest.parse(samplePipelineRequest(`my-project-${index}`));
  const begun = newPipeline(newId('pipe', createdMs), request, createdMs);
  const ran = stageNames.reduce((pipeline, stage, position) => {
    const startedMs = createdMs + position * 5_000;
    const end = { iteration: 1, passed: true, completedMs: startedMs + 4_321 };
    return withStageEnded(withStageBegun(pipeline, stage, 1, startedMs), stage, end);
  }, begun);
  return withEndAnnounced(withEnd(ran, undefined, createdMs + 40_000));
}
