import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { runStage, type StageCall } from '../run-stage.ts';
import { learn } from '../stages/learn.ts';
import { stageTask } from '../task-contracts.ts';

export const runLearn = task(stageTask('learn'), (call: StageCall, home: Home) => runStage('learn', learn, call, home));
