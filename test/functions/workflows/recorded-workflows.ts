import { idFrom } from '../../../functions/core/ids.ts';
import type { Launch } from '../../../functions/workflows/launch-execution.ts';
import type { WorkflowStarter } from '../../../functions/workflows/start-workflows.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';

export interface RecordedWorkflows extends WorkflowStarter {
  /** Those that are stored. */
  workflows: Workflow[];
  /** Every call, repeats included. */
  launches: Launch[];
  /** Ids of the executions that there are. */
  executions: Set<string>;
  /** Asked before each execution is created; a throw is the launch's. */
  beforeLaunch: (launch: Launch) => void;
}

/** Workflows in memory, and what was started of them. */
export function recordedWorkflows(workflows: Workflow[] = []): RecordedWorkflows {
  const recorded: RecordedWorkflows = {
    workflows,
    launches: [],
    executions: new Set(),
    beforeLaunch: () => undefined,
    loadWorkflows: async () => recorded.workflows,
    async launchExecution(_, launch) {
      recorded.launches.push(launch);
      recorded.beforeLaunch(launch);
      recorded.executions.add(launch.id);
    },
  };
  return recorded;
}

/** A workflow of which only what starts it matters. */
export function workflow(name: string, trigger: Workflow['trigger'], updatedMs = 0): Workflow {
  return { id: workflowId(name), version: 1, trigger, triggerSetMs: updatedMs } as Workflow;
}

export const workflowId = (name: string) => idFrom('wf', Date.parse('2025-01-01T00:00:00Z'), name);
