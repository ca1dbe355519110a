import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { runStage, type StageCall } from '../run-stage.ts';
import { ingest } from '../stages/ingest.ts';
import { stageTask } from '../task-contracts.ts';

export const runIngest = task(stageTask('ingest'), (call: StageCall, home: Home) =>
  runStage('ingest', ingest, call, home),
);
