import { task } from '../../core/task.ts';
import { closeHours as close } from '../close-hours.ts';
import { closeHoursTask } from '../task-contracts.ts';

export const closeHours = task(closeHoursTask, async (_: unknown, { backend }) => close(backend));
