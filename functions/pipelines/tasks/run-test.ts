import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { runStage, type StageCall } from '../run-stage.ts';
import { test } from '../stages/test.ts';
import { stageTask } from '../task-contracts.ts';

export const runTest = task(stageTask('test'), (call: StageCall, home: Home) => runStage('test', test, call, home));
