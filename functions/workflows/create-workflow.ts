import { endpoint } from '../core/endpoint.ts';
import { timeOfId } from '../core/ids.ts';
import { etagOf } from '../core/revision-tag.ts';
import { checkedDefinition } from './checked-definition.ts';
import { createWorkflowContract } from './contract.ts';
import { storedDefinition, workflowNamed } from './workflow-named.ts';
import { createWorkflow as storeWorkflow } from './workflow-store.ts';
import { workflowView } from './workflow-view.ts';

export const createWorkflow = endpoint(createWorkflowContract, async ({ body }, context) => {
  const { backend, catalogue, log, newId } = context;
  const definition = checkedDefinition(body, catalogue);
  const id = newId('wf');
  await storeWorkflow(backend, { id, definition, nowMs: timeOfId(id) });
  const workflow = await workflowNamed(backend, id);
  log.info('workflow created', { workflow_id: id });
  const stored = await storedDefinition(backend, { workflowId: id, definitionKey: workflow.definitionKey });
  return {
    answer: 'created',
    body: workflowView(workflow, stored),
    headers: { location: `/api/v1/workflows/${id}`, etag: etagOf(workflow.version) },
  };
});
