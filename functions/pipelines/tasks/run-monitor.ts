import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { runStage, type StageCall } from '../run-stage.ts';
import { monitor } from '../stages/monitor.ts';
import { stageTask } from '../task-contracts.ts';

export const runMonitor = task(stageTask('monitor'), (call: StageCall, home: Home) =>
  runStage('monitor', monitor, call, home),
);
