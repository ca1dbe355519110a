import type { Json } from '../../backend/backend.ts';
import type { Home } from '../core/endpoint.ts';
import { timeOfId } from '../core/ids.ts';
import type { Cause, Execution } from './execution.ts';
import { createExecution, findExecution } from './execution-store.ts';
import { keepValue } from './large-value.ts';
import type { Workflow } from './workflow.ts';

/** Stores an execution and starts it; a second call with the same id changes nothing. */
export async function launchExecution({ backend }: Pick<Home, 'backend'>, launch: Launch): Promise<void> {
  const { id } = launch;
  if (!(await findExecution(backend, id))) await createExecution(backend, await newExecution(backend, launch));
  await backend.machine('workflow').start(id, { execution_id: id });
}

/** What an execution is started with. */
export interface Launch {
  id: string;
  workflow: Workflow;
  /** What the steps can refer to as `event`. */
  event: Json;
  trigger: Cause;
  /** The workflows whose ends led to it, oldest first, without its own. */
  chain: string[];
}

async function newExecution(
  backend: Pick<Home['backend'], 'objects' | 'clock'>,
  { id, workflow, event, trigger, chain }: Launch,
): Promise<Execution> {
  const { name: workflowName, version, definitionKey } = workflow;
  return {
    id,
    workflowId: workflow.id,
    workflowName,
    version,
    definitionKey,
    status: 'running',
    cause: trigger,
    event: await keepValue(backend, `executions/${id}/event`, event),
    chain: [...chain, workflow.id],
    createdMs: timeOfId(id),
    begunMs: backend.clock.now(),
    completedMs: null,
    cancelRequestedMs: null,
    driver: 0,
    error: null,
    unfinished: 'execution',
    writes: 0,
  };
}
