import type { StageName } from '../../../../functions/core/settings.ts';
import type { StageRun } from '../../../../functions/pipelines/stage-run.ts';
import { loadStageRun } from '../../../../functions/pipelines/stage-run-store.ts';
import type { Stage } from '../../../../functions/pipelines/stage-work.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { dyingBackend } from '../dying-backend.ts';
import { runOnce, runToEnd } from '../stage-scenario.ts';
import { storePipeline } from '../stored-pipeline.ts';

/** A home in which one real stage runs, each time for a pipeline and a branch of its own. */
export async function openStageBench(stage: StageName, script: Stage): Promise<StageBench> {
  const home = await openHome();
  let branches = 0;
  const options = { stage, script };
  return {
    home,
    start: async (stages = [stage]) => (await storePipeline(home, { stages, config: { branch: `b${++branches}` } })).id,
    branch: () => `b${branches}`,
    runOnce: (id) => runOnce(home, id, options),
    runToEnd: (id) => runToEnd(home, id, options),
    runOf: async (pipelineId) => {
      const run = await loadStageRun(home.backend, { pipelineId, stage, iteration: 1 });
      if (!run) throw new Error(`${stage} has not begun`);
      return run;
    },
    async dieAt(id, writes, isAnswerLost) {
      const backend = dyingBackend(home.backend, writes, isAnswerLost);
      await runToEnd({ ...home, backend }, id, options).catch((error: unknown) => {
        if (!backend.isDead()) throw error;
      });
      return backend.isDead();
    },
    close: () => home.close(),
  };
}

export interface StageBench {
  home: TestHome;
  /** Stores a pipeline of these stages, of the bench's one unless told, and gives its id. */
  start(stages?: StageName[]): Promise<string>;
  /** The branch of the pipeline that was started last. */
  branch(): string;
  runOnce(id: string): ReturnType<typeof runOnce>;
  runToEnd(id: string): ReturnType<typeof runToEnd>;
  runOf(id: string): Promise<StageRun>;
  /** Runs the stage until its process dies at the n-th write. False when it came to its end before. */
  dieAt(id: string, writes: number, isAnswerLost: boolean): Promise<boolean>;
  close(): Promise<void>;
}
