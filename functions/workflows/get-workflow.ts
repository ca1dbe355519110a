import { endpoint } from '../core/endpoint.ts';
import { etagOf } from '../core/revision-tag.ts';
import { getWorkflowContract } from './contract.ts';
import { storedDefinition, workflowNamed } from './workflow-named.ts';
import { workflowView } from './workflow-view.ts';

export const getWorkflow = endpoint(getWorkflowContract, async ({ parameters: { id } }, { backend }) => {
  const workflow = await workflowNamed(backend, id);
  const definition = await storedDefinition(backend, { workflowId: id, definitionKey: workflow.definitionKey });
  const headers = { etag: etagOf(workflow.version) };
  return { answer: 'ok', body: workflowView(workflow, definition), headers };
});
