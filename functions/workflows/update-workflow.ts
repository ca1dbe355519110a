import { endpoint } from '../core/endpoint.ts';
import { checkedDefinition } from './checked-definition.ts';
import { updateWorkflowContract } from './contract.ts';
import { noWorkflow, workflowNamed } from './workflow-named.ts';
import { replaceWorkflow } from './workflow-store.ts';
import { workflowView } from './workflow-view.ts';

export const updateWorkflow = endpoint(updateWorkflowContract, async ({ parameters: { id }, body }, context) => {
  const { backend, catalogue, log } = context;
  await workflowNamed(backend, id);
  const definition = checkedDefinition(body, catalogue);
  const workflow = await replaceWorkflow(backend, id, definition);
  if (!workflow) throw noWorkflow();
  log.info('workflow changed', { workflow_id: id, version: workflow.version });
  return { answer: 'ok', body: workflowView(workflow, definition) };
});
