import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { etagOf, isNamed } from '../core/revision-tag.ts';
import { checkedDefinition } from './checked-definition.ts';
import { updateWorkflowContract } from './contract.ts';
import type { Workflow } from './workflow.ts';
import { workflowNamed } from './workflow-named.ts';
import { replaceWorkflow } from './workflow-store.ts';
import { workflowView } from './workflow-view.ts';

export const updateWorkflow = endpoint(
  updateWorkflowContract,
  async ({ parameters: { id }, headers, body }, { backend, catalogue, log }) => {
    const isExpected = ({ version }: Workflow) => isNamed(version, headers['if-match']);
    const found = await workflowNamed(backend, id);
    if (!isExpected(found)) throw overtaken(found);
    const definition = checkedDefinition(body, catalogue);
    const workflow = await replaceWorkflow(backend, id, definition, isExpected);
    if (!workflow) throw overtaken(await workflowNamed(backend, id));
    log.info('workflow changed', { workflow_id: id, version: workflow.version });
    return { answer: 'ok', body: workflowView(workflow, definition), headers: { etag: etagOf(workflow.version) } };
  },
);

function overtaken({ version }: Workflow): ApiError {
  return new ApiError('PRECONDITION_FAILED', { details: { version }, headers: { etag: etagOf(version) } });
}
