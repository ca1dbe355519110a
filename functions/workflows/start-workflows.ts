import type { Json } from '../../backend/backend.ts';
import type { Home } from '../core/endpoint.ts';
import { idFrom } from '../core/ids.ts';
import { type Launch, launchExecution } from './launch-execution.ts';
import type { Workflow } from './workflow.ts';
import { loadWorkflows } from './workflow-store.ts';

/** What triggers need of workflows. */
export interface WorkflowStarter {
  loadWorkflows: typeof loadWorkflows;
  launchExecution: typeof launchExecution;
}

/** The workflows that are stored. */
export const storedWorkflows: WorkflowStarter = { loadWorkflows, launchExecution };

/** What happened that workflows start with. */
export interface Occasion {
  trigger: Launch['trigger'];
  atMs: number;
  /** What steps see as `event`. */
  event: Json;
  /** Ids of the workflows that led to it, oldest first. */
  chain: string[];
}

/** The execution that an occasion starts of a workflow: the same one each time that it is looked at. */
export function executionIdOf(workflowId: string, { trigger, atMs }: Pick<Occasion, 'trigger' | 'atMs'>): string {
  return idFrom('exec', atMs, `${workflowId}#${trigger.type}#${trigger.reference}`);
}

/** Starts these workflows, each whatever becomes of the others. Throws what the first one threw that could not be started. */
export async function startWorkflows(
  home: Home,
  { launchExecution: launch }: Pick<WorkflowStarter, 'launchExecution'>,
  workflows: readonly Workflow[],
  occasion: Occasion,
): Promise<void> {
  const { event, trigger, chain } = occasion;
  const outcomes = await Promise.allSettled(
    workflows.map((workflow) =>
      launch(home, { id: executionIdOf(workflow.id, occasion), workflow, event, trigger, chain }),
    ),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
