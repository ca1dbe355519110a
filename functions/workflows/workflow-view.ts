import { isoTime } from '../core/schemas.ts';
import type { WorkflowDefinition } from './definition.ts';
import type { Workflow } from './workflow.ts';

/** A workflow as lists show it. */
export function workflowSummaryView({ stepCount, ...workflow }: Workflow) {
  return { ...sharedView(workflow), step_count: stepCount };
}

/** A workflow with its steps. */
export function workflowView(workflow: Workflow, { steps }: WorkflowDefinition) {
  return { ...sharedView(workflow), steps: steps.map((step) => ({ ...step })) };
}

function sharedView({ id, name, description, trigger, version, createdMs, updatedMs }: Omit<Workflow, 'stepCount'>) {
  const [created_at, updated_at] = [isoTime(createdMs), isoTime(updatedMs)];
  return { id, name, description, trigger, version, created_at, updated_at };
}
