import * as z from 'zod';
import type { StageName } from '../../../functions/core/settings.ts';
import type { Pipeline } from '../../../functions/pipelines/pipeline.ts';
import { loadPipeline } from '../../../functions/pipelines/pipeline-store.ts';
import { runStage } from '../../../functions/pipelines/run-stage.ts';
import type { Transition } from '../../../functions/pipelines/settle-stage.ts';
import type { Stage } from '../../../functions/pipelines/stage-work.ts';
import type { UpstreamCall } from '../../../platform/upstream/request.ts';
import type { TestHome } from '../open-home.ts';

const anything: z.ZodType<Record<string, unknown>> = z.record(z.string(), z.unknown());

/** A stage that starts a job upstream, waits for it, keeps a file and lets the job's answer decide. */
const jobStage: Stage = async (work) => {
  const started = await work.once(
    'start',
    () => work.tell('start', call('POST', '/jobs', {})),
    () => 'The job was started.',
  );
  const ended = await work.until(
    'ended',
    async () => {
      const job = await work.read(call('GET', `/jobs/${String(started['id'])}`));
      return job['status'] === 'done' ? job : undefined;
    },
    () => 'The job has ended.',
  );
  await work.keep('job.json', 'application/json', JSON.stringify(ended));
  return { reasons: (ended['reasons'] ?? []) as string[], result: { job: started['id'] } };
};

/** Runs a stage as its function does; `script` is the job stage unless told. */
export function runOnce(
  home: TestHome,
  pipelineId: string,
  options: { stage?: StageName; iteration?: number; script?: Stage } = {},
): Promise<Transition> {
  const { stage = 'validate', iteration = 1, script = jobStage } = options;
  return runStage(stage, script, { pipeline_id: pipelineId, iteration }, home);
}

/** Calls the function until it does not ask to be called again, letting the time pass that it asks for. */
export async function runToEnd(home: TestHome, pipelineId: string, options: Parameters<typeof runOnce>[2] = {}) {
  for (;;) {
    const transition = await runOnce(home, pipelineId, options);
    if (transition.next !== 'wait') return transition;
    home.clock.advance((transition.wait_seconds ?? 0) * 1000);
  }
}

export function stored(home: TestHome, pipelineId: string): Promise<Pipeline> {
  return loadPipeline(home.backend, pipelineId);
}

function call(method: 'GET' | 'POST', path: string, body?: unknown): UpstreamCall<Record<string, unknown>> {
  return { service: 'code-forge', method, path, schema: anything, ...(body === undefined ? {} : { body }) };
}
