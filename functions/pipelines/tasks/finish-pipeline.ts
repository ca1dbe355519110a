import { task } from '../../core/task.ts';
import { endPipeline } from '../end-pipeline.ts';
import { finishPipelineTask } from '../task-contracts.ts';

interface Finish {
  pipeline_id: string;
  /** Set by the state machine when a stage's function itself failed for good. */
  broken_off?: { Error?: string };
}

/** Ends the pipeline however it went: the one way out of the state machine. */
export const finishPipeline = task(finishPipelineTask, async (input: Finish, { backend, log }) => {
  if (input.broken_off)
    log.error('a stage function failed', { pipeline_id: input.pipeline_id, reason: input.broken_off.Error });
  const ended = await endPipeline(backend, input.pipeline_id);
  log.info('pipeline ended', { pipeline_id: ended.id, status: ended.status });
  return { status: ended.status };
});
