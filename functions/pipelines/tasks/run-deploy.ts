import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { runStage, type StageCall } from '../run-stage.ts';
import { deploy } from '../stages/deploy.ts';
import { stageTask } from '../task-contracts.ts';

export const runDeploy = task(stageTask('deploy'), (call: StageCall, home: Home) =>
  runStage('deploy', deploy, call, home),
);
