import type { Home } from '../../core/endpoint.ts';
import { task } from '../../core/task.ts';
import { runStage, type StageCall } from '../run-stage.ts';
import { validate } from '../stages/validate.ts';
import { stageTask } from '../task-contracts.ts';

export const runValidate = task(stageTask('validate'), (call: StageCall, home: Home) =>
  runStage('validate', validate, call, home),
);
