import { endpoint } from '../core/endpoint.ts';
import { deleteWorkflowContract } from './contract.ts';
import { noWorkflow } from './workflow-named.ts';
import { deleteWorkflow as removeWorkflow } from './workflow-store.ts';

export const deleteWorkflow = endpoint(deleteWorkflowContract, async ({ parameters: { id } }, { backend, log }) => {
  if (!(await removeWorkflow(backend, id))) throw noWorkflow();
  log.info('workflow deleted', { workflow_id: id });
  return { answer: 'deleted', body: null };
});
