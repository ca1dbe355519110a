import type { Backend } from '../../backend/backend.ts';
import { stageNames } from '../core/settings.ts';
import { eventOf, publishEvents } from '../events/contract.ts';
import { orderedStages, type Pipeline, target } from './pipeline.ts';

/** Announces a stored pipeline and starts its execution; doing it again changes nothing. */
export async function launchPipeline(backend: Backend, pipeline: Pipeline): Promise<void> {
  const data = {
    pipeline_id: pipeline.id,
    ...target(pipeline.request),
    task: pipeline.request.task,
    stages: orderedStages(pipeline),
  };
  await publishEvents(backend, [
    eventOf('pipeline.started', { atMs: pipeline.createdMs, occurrence: pipeline.id, data }),
  ]);
  await backend.machine('pipeline').start(pipeline.id, {
    pipeline_id: pipeline.id,
    stages: Object.fromEntries(stageNames.map((name) => [name, pipeline.stages[name] !== undefined])),
    outcome: { next: 'continue', iteration: 1 },
  });
}
