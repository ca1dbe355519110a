import type { Json } from '../../backend/backend.ts';
import { endpoint } from '../core/endpoint.ts';
import { executeWorkflowContract } from './contract.ts';
import { executionEntryView } from './execution-view.ts';
import { launchExecution } from './launch-execution.ts';
import { executionNamed, workflowNamed } from './workflow-named.ts';

/** Every step can be done again under the same id. */
export const executeWorkflow = endpoint(executeWorkflowContract, async ({ parameters, body }, context) => {
  const { backend, log, newId } = context;
  const workflow = await workflowNamed(backend, parameters.id);
  const id = newId('exec');
  const trigger = { type: 'manual', reference: null } as const;
  await launchExecution(context, { id, workflow, event: body.event as Json, trigger, chain: [] });
  const execution = await executionNamed(backend, { id: workflow.id, execution_id: id });
  log.info('workflow execution begun', { workflow_id: workflow.id, execution_id: id });
  const location = `/api/v1/workflows/${workflow.id}/executions/${id}`;
  return { answer: 'accepted', body: executionEntryView(execution), headers: { location } };
});
