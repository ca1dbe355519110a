import type { Backend } from '../../backend/backend.ts';
import { ApiError } from '../core/errors.ts';
import type { WorkflowDefinition } from './definition.ts';
import type { Execution } from './execution.ts';
import { findExecution } from './execution-store.ts';
import type { Workflow } from './workflow.ts';
import { findDefinition, findWorkflow } from './workflow-store.ts';

type Tables = Pick<Backend, 'table'>;

/** The workflow that a caller names, or NOT_FOUND. */
export async function workflowNamed(backend: Tables, id: string): Promise<Workflow> {
  const workflow = await findWorkflow(backend, id);
  if (!workflow) throw noWorkflow();
  return workflow;
}

export function noWorkflow(): ApiError {
  return new ApiError('NOT_FOUND', { message: 'There is no workflow of this id.' });
}

/** The execution that a caller names, or NOT_FOUND. */
export async function executionNamed(
  backend: Tables,
  { id, execution_id }: { id: string; execution_id: string },
): Promise<Execution> {
  const execution = await findExecution(backend, execution_id);
  if (execution?.workflowId === id) return execution;
  throw new ApiError('NOT_FOUND', { message: 'There is no execution of this id of this workflow.' });
}

/** A definition that is known to be stored. */
export async function storedDefinition(
  backend: Tables,
  { workflowId, definitionKey }: Pick<Execution, 'workflowId' | 'definitionKey'>,
): Promise<WorkflowDefinition> {
  const definition = await findDefinition(backend, workflowId, definitionKey);
  if (!definition) throw new Error(`the definition ${definitionKey} of ${workflowId} is gone`);
  return definition;
}
