import type { Home } from '../core/endpoint.ts';
import { eventOf, publishEvents } from '../events/contract.ts';
import { type Execution, isEnded, type StepRecord, withAnnouncement, withEnd } from './execution.ts';
import { type Breakage, endOf } from './execution-end.ts';
import { changeExecution, findExecution, loadSteps, storeStep } from './execution-store.ts';
import { findDefinition } from './workflow-store.ts';

type Ports = Pick<Home, 'backend'>;

/**
 * Ends an execution whose steps have ended, or that broke off: stores the end, publishes it, and notes that. Broken off in
 * between, it is done again with the same event. Gives the execution as it is then.
 */
export async function endExecution({ backend }: Ports, id: string, breakage?: Breakage): Promise<Execution> {
  const execution = await findExecution(backend, id);
  if (!execution) throw new Error(`there is no execution ${id}`);
  const definition = await findDefinition(backend, execution.workflowId, execution.definitionKey);
  const steps = definition?.steps ?? [];
  const before = await loadSteps(backend, id);
  const open = steps.filter(({ name }) => !isOver(before.get(name)));
  const why = open.length > 0 ? (breakage ?? brokenOff) : undefined;
  const isBreaking = execution.status === 'running' && why !== undefined;
  const records = isBreaking ? await breakOff({ backend }, execution, before, why) : before;
  const nowMs = backend.clock.now();
  const ended = await changeExecution(backend, id, (now) => withEnd(now, endOf(steps, records, now, why), nowMs));
  if (!ended) throw new Error(`there is no execution ${id}`);
  await announce({ backend }, ended, records);
  return ended;
}

const brokenOff: Breakage = { code: 'INTERNAL', message: 'The execution was broken off.' };

function isOver(record: StepRecord | undefined): boolean {
  return record !== undefined && isEnded(record);
}

/** Steps that were under way have failed, unless they just ended; those that had not begun are shown as not run. */
async function breakOff(
  { backend }: Ports,
  execution: Execution,
  records: ReadonlyMap<string, StepRecord>,
  error: Breakage,
): Promise<Map<string, StepRecord>> {
  const completedMs = backend.clock.now();
  for (const record of records.values()) {
    if (isEnded(record)) continue;
    const failed = { ...record, status: 'failed', error, completedMs, nextAttemptMs: null } as const;
    await storeStep(backend, execution, failed, record);
  }
  return loadSteps(backend, execution.id);
}

async function announce({ backend }: Ports, ended: Execution, records: ReadonlyMap<string, StepRecord>) {
  if (ended.unfinished === undefined) return;
  await publishEvents(backend, [endEvent(ended, records)]);
  await changeExecution(backend, ended.id, withAnnouncement);
}

function endEvent(execution: Execution, records: ReadonlyMap<string, StepRecord>) {
  const { id, workflowId, workflowName, version, cause, chain, begunMs, completedMs, error } = execution;
  const count = (status: StepRecord['status']) => [...records.values()].filter((step) => step.status === status).length;
  const data = {
    workflow_id: workflowId,
    execution_id: id,
    name: workflowName,
    version,
    trigger: cause.type,
    chain,
    duration_ms: Math.max(0, (completedMs ?? begunMs) - begunMs),
    steps: { completed: count('completed'), failed: count('failed'), skipped: count('skipped') },
  };
  const happened = { atMs: completedMs ?? begunMs, occurrence: id };
  return error === null
    ? eventOf('workflow.completed', { ...happened, data })
    : eventOf('workflow.failed', { ...happened, data: { ...data, error } });
}
