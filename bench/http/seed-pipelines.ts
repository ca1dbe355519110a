import { systemAlarmClock } from '../../backend/embedded/alarm-clock.ts';
import { openStore } from '../../backend/embedded/store.ts';
import { openTable } from '../../backend/embedded/table.ts';
import { tables } from '../../backend/resources.ts';
import { newId } from '../../functions/core/ids.ts';
import { stageNames } from '../../functions/core/settings.ts';
import { pipelineRequest } from '../../functions/pipelines/contract.ts';
import {
  newPipeline,
  type Pipeline,
  withEnd,
  withStageBegun,
  withStageEnded,
} from '../../functions/pipelines/pipeline.ts';
import { createPipeline } from '../../functions/pipelines/pipeline-store.ts';

/** Stores so many pipelines that ran through all eight stages in a data folder that no process uses. */
export async function seedPipelines(dataFolder: string, count: number): Promise<void> {
  const store = openStore(dataFolder);
  const table = openTable(store, 'pipelines', tables.pipelines.indexes, systemAlarmClock);
  const firstMs = Date.now() - count * 60_000;
  for (let index = 0; index < count; index += 1) {
    await createPipeline({ table: () => table }, endedPipeline(firstMs + index * 60_000, index));
  }
  store.close();
}

function endedPipeline(createdMs: number, index: number): Pipeline {
  const request = pipelineRequest.parse({
    task: `Implement user authentication with JWT tokens, refresh and revocation, and cover it with tests (part ${index})`,
    config: { repo_url: `http://omni-gitea:3000/omni-admin/my-project-${index}.git`, model: 'gpt-oss', language: 'go' },
  });
  const begun = newPipeline(newId('pipe', createdMs), request, createdMs);
  const ran = stageNames.reduce((pipeline, stage, position) => {
    const startedMs = createdMs + position * 5_000;
    return withStageEnded(withStageBegun(pipeline, stage, 1, startedMs), stage, true, startedMs + 4_321);
  }, begun);
  return withEnd(ran, undefined, createdMs + 40_000);
}
