import { endpoint } from '../core/endpoint.ts';
import { getWorkflowExecutionContract } from './contract.ts';
import { loadSteps } from './execution-store.ts';
import { executionView } from './execution-view.ts';
import { executionNamed, storedDefinition } from './workflow-named.ts';

export const getWorkflowExecution = endpoint(getWorkflowExecutionContract, async ({ parameters }, { backend }) => {
  const execution = await executionNamed(backend, parameters);
  const [{ steps }, records] = await Promise.all([
    storedDefinition(backend, execution),
    loadSteps(backend, execution.id),
  ]);
  return { answer: 'ok', body: await executionView(backend, execution, steps, records) };
});
