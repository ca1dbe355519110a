import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import type { StageRun } from './stage-run.ts';

type RunName = Pick<StageRun, 'pipelineId' | 'stage' | 'iteration'>;

/** Iterations sort as text: two digits hold the most that a pipeline may have, 10. */
const keyOf = ({ pipelineId, stage, iteration }: RunName) => ({
  pk: pipelineId,
  sk: `stage#${String(iteration).padStart(2, '0')}#${stage}`,
});

export async function loadStageRun(backend: Backend, name: RunName): Promise<StageRun | undefined> {
  const item = await backend.table('pipelines').get(keyOf(name));
  return item && stageRunOf(item);
}

/** Stores a new run, or gives the one that is stored already: the first to begin decides. */
export async function beginStageRun(backend: Backend, run: StageRun): Promise<StageRun> {
  if (await isApplied(backend.table('pipelines').put(itemOf(run), { exists: false }))) return run;
  return (await loadStageRun(backend, run)) ?? run;
}

/** Stores a run over its previous revision. Throws ConditionFailed when another call of its function wrote meanwhile. */
export async function saveStageRun(backend: Backend, run: StageRun): Promise<StageRun> {
  const stored = { ...run, revision: run.revision + 1 };
  await backend.table('pipelines').put(itemOf(stored), { equals: { revision: run.revision } });
  return stored;
}

/** Every run of a pipeline, oldest iteration first. */
export async function listStageRuns(backend: Backend, pipelineId: string): Promise<StageRun[]> {
  const page = await backend.table('pipelines').query({
    partition: pipelineId,
    from: 'stage#',
    before: 'stage$',
    order: 'oldest',
    limit: 100,
  });
  return page.items.map(stageRunOf);
}

function itemOf({ pipelineId, ...fields }: StageRun): Item {
  return { ...fields, ...keyOf({ pipelineId, stage: fields.stage, iteration: fields.iteration }) };
}

function stageRunOf({ pk, sk: _, ...fields }: Item): StageRun {
  return { ...fields, pipelineId: pk } as unknown as StageRun;
}
