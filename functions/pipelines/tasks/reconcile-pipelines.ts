import type { Home } from '../../core/endpoint.ts';
import { inAnyOrder } from '../../core/in-any-order.ts';
import { task } from '../../core/task.ts';
import { endPipeline } from '../end-pipeline.ts';
import { launchPipeline } from '../launch-pipeline.ts';
import { loadPipeline, runningPipelines } from '../pipeline-store.ts';
import { reconcilePipelinesTask } from '../task-contracts.ts';

/** Of the time of a call, ms: enough for the pipeline that it looks at last. */
const reserveMs = 15_000;

/**
 * Puts right what was cut short. A pipeline that runs without an execution is launched: its process died between storing
 * and starting. One whose execution ended is ended: it was stopped from outside, or failed past its retries. One whose
 * end was stored but not announced is announced. One that cannot be reconciled now is logged, and does not keep the
 * others from it. Step Functions answers 15 such questions a second after the first 300, so of more than a thousand
 * pipelines a call leaves some, and the next has others.
 */
export const reconcilePipelines = task(reconcilePipelinesTask, async (_: unknown, home: Home) => {
  const { clock } = home.backend;
  const endMs = clock.now() + reconcilePipelinesTask.timeoutMs - reserveMs;
  let reconciled = 0;
  const ids: string[] = [];
  for (const sought of [{ index: 'by_unannounced', partition: 'end' }, runningPipelines]) {
    for await (const id of idsIn(home, sought)) ids.push(id);
  }
  const look = async (id: string) => {
    reconciled += (await reconcile(id, home)) ? 1 : 0;
  };
  const left = await inAnyOrder([...new Set(ids)], look, { clock, endMs });
  if (left > 0) home.log.warn('pipelines were left to the next reconciliation', { left });
  return { reconciled };
});

async function* idsIn({ backend }: Home, sought: { index: string; partition: string }): AsyncGenerator<string> {
  let before: string | undefined;
  for (;;) {
    const page = await backend
      .table('pipelines')
      .query({ ...sought, limit: 100, ...(before === undefined ? {} : { before }) });
    for (const item of page.items) yield item.pk;
    before = page.items.at(-1)?.['id'] as string | undefined;
    if (!page.more) return;
  }
}

async function reconcile(id: string, home: Home): Promise<boolean> {
  try {
    return await compare(id, home);
  } catch (error) {
    home.log.error('pipeline could not be reconciled', { pipeline_id: id, error: error as Error });
    return false;
  }
}

/** The index may lag and says only where to look: the pipeline itself decides. */
async function compare(id: string, { backend, log }: Home): Promise<boolean> {
  const pipeline = await loadPipeline(backend, id);
  if (pipeline.status !== 'running' && !pipeline.unannounced) return false;
  const execution = await backend.machine('pipeline').describe(pipeline.id);
  if (execution?.status === 'RUNNING') return false;
  log.warn('pipeline reconciled', { pipeline_id: pipeline.id, execution: execution?.status ?? 'missing' });
  if (execution || pipeline.status !== 'running') await endPipeline(backend, pipeline.id);
  else await launchPipeline(backend, pipeline);
  return true;
}
