import { isDeepStrictEqual } from 'node:util';
import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import { newId } from '../core/ids.ts';
import { queryAll } from '../core/query-all.ts';
import { untilUnchanged } from '../core/revision.ts';
import type { WorkflowDefinition } from './definition.ts';
import type { Workflow } from './workflow.ts';

type Tables = Pick<Backend, 'table' | 'clock'>;

/** The partition of all workflows, sorted by id. */
export const allWorkflows = 'workflow';

export async function findWorkflow(backend: Pick<Backend, 'table'>, id: string): Promise<Workflow | undefined> {
  const item = await backend.table('workflows').get({ pk: allWorkflows, sk: id });
  return item && workflowOf(item);
}

/** All workflows, oldest first. */
export async function loadWorkflows(backend: Pick<Backend, 'table'>): Promise<Workflow[]> {
  return (await queryAll(backend.table('workflows'), { partition: allWorkflows })).map(workflowOf);
}

/** The definition that is stored under this key of a workflow; undefined where the workflow was deleted. */
export async function findDefinition(
  backend: Pick<Backend, 'table'>,
  workflowId: string,
  definitionKey: string,
): Promise<WorkflowDefinition | undefined> {
  const item = await backend.table('workflows').get({ pk: workflowId, sk: definitionKey });
  return item && (JSON.parse(item['definition'] as string) as WorkflowDefinition);
}

/** Stores a new workflow, its definition first; one with this id that is stored already stays as it is. */
export async function createWorkflow(
  backend: Tables,
  { id, definition, nowMs }: { id: string; definition: WorkflowDefinition; nowMs: number },
): Promise<void> {
  const definitionKey = await storeDefinition(backend, id, definition);
  const workflow = {
    id,
    ...summaryOf(definition),
    version: 1,
    definitionKey,
    createdMs: nowMs,
    updatedMs: nowMs,
    triggerSetMs: nowMs,
  };
  await isApplied(backend.table('workflows').put({ ...workflow, pk: allWorkflows, sk: id }, { exists: false }));
}

/** Gives a workflow another definition, and gives it as it is then; undefined where there is none, or none that may be replaced. */
export async function replaceWorkflow(
  backend: Tables,
  id: string,
  definition: WorkflowDefinition,
  mayReplace: (before: Workflow) => boolean = () => true,
): Promise<Workflow | undefined> {
  const definitionKey = await storeDefinition(backend, id, definition);
  const replaced = await untilUnchanged(async () => {
    const before = await findWorkflow(backend, id);
    if (!before || !mayReplace(before)) return undefined;
    const updatedMs = backend.clock.now();
    const isSameTrigger = isDeepStrictEqual(before.trigger, definition.trigger);
    const triggerSetMs = isSameTrigger ? before.triggerSetMs : updatedMs;
    const version = before.version + 1;
    const after = { ...before, ...summaryOf(definition), version, definitionKey, updatedMs, triggerSetMs };
    const unchanged = { equals: { version: before.version } };
    await backend.table('workflows').put({ ...after, pk: allWorkflows, sk: id }, unchanged);
    return { before, after };
  });
  await forgetDefinition(backend, id, replaced?.before.definitionKey ?? definitionKey);
  return replaced?.after;
}

/** Whether there was one to delete. Its definition stays for the executions that run it. */
export async function deleteWorkflow(backend: Tables, id: string): Promise<boolean> {
  const workflow = await findWorkflow(backend, id);
  const wasThere = await isApplied(backend.table('workflows').delete({ pk: allWorkflows, sk: id }, { exists: true }));
  if (workflow) await forgetDefinition(backend, id, workflow.definitionKey);
  return wasThere;
}

/** A little longer than executions are kept. */
const forgottenSeconds = 91 * 24 * 3600;

/** No execution begins with this definition any more. */
async function forgetDefinition(backend: Tables, id: string, sk: string): Promise<void> {
  const expires_at = Math.floor(backend.clock.now() / 1000) + forgottenSeconds;
  await isApplied(backend.table('workflows').update({ pk: id, sk }, { set: { expires_at } }, { exists: true }));
}

/**
 * Each definition has a key of its own, so that two who change a workflow at the same time cannot mix theirs up. It is
 * stored as its JSON: DynamoDB does not have the largest of the numbers that an input may hold.
 */
async function storeDefinition(backend: Tables, id: string, definition: WorkflowDefinition): Promise<string> {
  const sk = `definition#${newId('wf', backend.clock.now())}`;
  await backend.table('workflows').put({ pk: id, sk, definition: JSON.stringify(definition) });
  return sk;
}

function summaryOf({ name, description, trigger, steps }: WorkflowDefinition) {
  return { name, description, trigger, stepCount: steps.length };
}

/** A stored item as the workflow that it is. */
export function workflowOf({ pk: _pk, sk: _sk, ...fields }: Readonly<Item>): Workflow {
  return fields as unknown as Workflow;
}
