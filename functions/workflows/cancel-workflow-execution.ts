import { endpoint } from '../core/endpoint.ts';
import { ApiError } from '../core/errors.ts';
import { cancelWorkflowExecutionContract } from './contract.ts';
import { withCancellation } from './execution.ts';
import { changeExecution } from './execution-store.ts';
import { executionEntryView } from './execution-view.ts';
import { executionNamed } from './workflow-named.ts';

/** The driver sees it before it begins the next step; nothing else has to be told. */
export const cancelWorkflowExecution = endpoint(
  cancelWorkflowExecutionContract,
  async ({ parameters }, { backend, log }) => {
    const { id } = await executionNamed(backend, parameters);
    const nowMs = backend.clock.now();
    const execution = await changeExecution(backend, id, (now) => withCancellation(now, nowMs));
    if (!execution) throw new ApiError('NOT_FOUND', { message: 'There is no execution of this id.' });
    if (execution.status === 'cancelled') return { answer: 'already', body: executionEntryView(execution) };
    if (execution.status !== 'running')
      throw new ApiError('CONFLICT', { message: `The execution has ${execution.status}.` });
    log.info('workflow execution cancelled', { execution_id: id });
    return { answer: 'accepted', body: executionEntryView(execution) };
  },
);
