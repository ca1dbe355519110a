import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import { untilUnchanged } from '../core/revision.ts';
import { unfinishedIds } from '../core/unfinished-ids.ts';
import type { Execution, ExecutionStatus, StepRecord } from './execution.ts';

type Tables = Pick<Backend, 'table'>;

const sk = 'execution';

/** Longer than anybody looks back at an execution, as their pipelines' artifacts are. */
const keptSeconds = 90 * 24 * 3600;

export async function findExecution(backend: Tables, id: string): Promise<Execution | undefined> {
  const item = await backend.table('executions').get({ pk: id, sk });
  return item && executionOf(item);
}

/** Stores a new execution; one with this id that is stored already stays as it is. */
export async function createExecution(backend: Tables, execution: Execution): Promise<void> {
  await isApplied(backend.table('executions').put(itemOf(execution), { exists: false }));
}

/** Changes an execution by a pure rule, which is asked again when somebody else wrote first. Undefined where there is none. */
export function changeExecution(
  backend: Tables,
  id: string,
  rule: (execution: Execution) => Execution,
): Promise<Execution | undefined> {
  return untilUnchanged(async () => {
    const before = await findExecution(backend, id);
    if (!before) return undefined;
    const after = rule(before);
    if (after === before) return before;
    const stored = { ...after, writes: before.writes + 1 };
    await backend.table('executions').put(itemOf(stored), { equals: { writes: before.writes } });
    return stored;
  });
}

/** The records of the steps that began or were skipped, by name. */
export async function loadSteps(backend: Tables, id: string): Promise<Map<string, StepRecord>> {
  const query = { partition: id, from: 'step#', before: 'step$', limit: 1000 };
  const page = await backend.table('executions').query(query);
  return new Map(page.items.map(stepOf).map((step) => [step.name, step]));
}

/**
 * Stores how a step is now, where it is still as `before` was read: without a record, or stored by that call of the driver
 * and running. False, and nothing changed, when somebody else was faster.
 */
export function storeStep(
  backend: Tables,
  { id, begunMs }: Pick<Execution, 'id' | 'begunMs'>,
  step: StepRecord,
  before: StepRecord | undefined,
): Promise<boolean> {
  const unchanged = before && { equals: { status: 'running', driver: before.driver, attempts: before.attempts } };
  return isApplied(backend.table('executions').put(stepItem(id, step, begunMs), unchanged ?? { exists: false }));
}

function stepItem(id: string, step: StepRecord, begunMs: number): Item {
  const [input, output] = [JSON.stringify(step.input), JSON.stringify(step.output)];
  return { ...step, input, output, pk: id, sk: `step#${step.name}`, expires_at: expiry(begunMs) };
}

function stepOf({ pk: _pk, sk: _sk, expires_at: _, ...fields }: Readonly<Item>): StepRecord {
  const step = fields as unknown as Omit<StepRecord, 'input' | 'output'> & { input: string; output: string };
  return { ...step, input: JSON.parse(step.input), output: JSON.parse(step.output) };
}

/** The partition of a workflow's executions of one status. */
export function statusPartition(workflowId: string, status: ExecutionStatus): string {
  return `${workflowId}#${status}`;
}

/** What others sent is stored as its JSON: DynamoDB has neither its largest numbers nor more than 32 levels. */
function itemOf(execution: Execution): Item {
  const { id, workflowId, status, event } = execution;
  return {
    ...execution,
    event: JSON.stringify(event),
    pk: id,
    sk,
    workflow_id: workflowId,
    workflow_status: statusPartition(workflowId, status),
    expires_at: expiry(execution.begunMs),
  };
}

function expiry(begunMs: number): number {
  return Math.floor(begunMs / 1000) + keptSeconds;
}

/** A stored item as the execution that it is. */
export function executionOf(item: Readonly<Item>): Execution {
  const { pk: _pk, sk: _sk, workflow_id: _id, workflow_status: _status, expires_at: _, ...fields } = item;
  const execution = fields as unknown as Omit<Execution, 'event'> & { event: string };
  return { ...execution, event: JSON.parse(execution.event) };
}

/** The ids of executions that have something left to do, oldest first. The index may lag: the execution itself decides. */
export function unfinishedExecutions(backend: Tables): AsyncGenerator<string> {
  return unfinishedIds(backend.table('executions'), 'execution');
}
