import type { Home } from '../../core/endpoint.ts';
import { isoTime } from '../../core/schemas.ts';
import { task } from '../../core/task.ts';
import { dueTimes } from '../due-times.ts';
import { startWorkflows, storedWorkflows, type WorkflowStarter } from '../start-workflows.ts';
import { startScheduledWorkflowsTask } from '../trigger-contracts.ts';
import type { Workflow } from '../workflow.ts';

/** A run looks back so far, in ms: what one that failed or came late has missed, the next one starts. */
const lookBackMs = 120_000;

/**
 * The task over these workflows. An execution's id derives from workflow and due time, so runs that overlap start nothing
 * twice. What came due earlier than two minutes ago, while nothing ran, is not made up for.
 */
export function scheduleTrigger(starter: WorkflowStarter) {
  return task(startScheduledWorkflowsTask, async (_: unknown, home: Home) => {
    const nowMs = home.backend.clock.now();
    const workflows = await starter.loadWorkflows(home.backend);
    const counts = await Promise.all(workflows.map((workflow) => startDue(workflow, nowMs, starter, home)));
    return { due: counts.reduce((sum, count) => sum + count, 0) };
  });
}

export const startScheduledWorkflows = scheduleTrigger(storedWorkflows);

/** How many executions were due. One that cannot be started is logged, and keeps no other from it. */
async function startDue(workflow: Workflow, nowMs: number, starter: WorkflowStarter, home: Home): Promise<number> {
  const { id, trigger, triggerSetMs } = workflow;
  if (trigger.type !== 'schedule') return 0;
  try {
    const times = dueTimes(trigger, triggerSetMs, nowMs - lookBackMs, nowMs);
    for (const atMs of times) {
      const scheduledAt = isoTime(atMs);
      await startWorkflows(home, starter, [workflow], {
        trigger: { type: 'schedule', reference: scheduledAt },
        atMs,
        event: { event: 'schedule', scheduled_at: scheduledAt },
        chain: [],
      });
    }
    return times.length;
  } catch (error) {
    home.log.error('a scheduled workflow could not be started', { workflow_id: id, error: error as Error });
    return 0;
  }
}
