import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { runStage, type StageCall } from '../run-stage.ts';
import { generate } from '../stages/generate.ts';
import { stageTask } from '../task-contracts.ts';

export const runGenerate = task(stageTask('generate'), (call: StageCall, home: Home) =>
  runStage('generate', generate, call, home),
);
