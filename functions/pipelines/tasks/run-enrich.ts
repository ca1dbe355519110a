import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { runStage, type StageCall } from '../run-stage.ts';
import { enrich } from '../stages/enrich.ts';
import { stageTask } from '../task-contracts.ts';

export const runEnrich = task(stageTask('enrich'), (call: StageCall, home: Home) =>
  runStage('enrich', enrich, call, home),
);
