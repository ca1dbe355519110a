import { expect } from 'vitest';
import type { Json } from '../../../backend/backend.ts';
import { newId } from '../../../functions/core/ids.ts';
import type { WorkflowDefinition } from '../../../functions/workflows/definition.ts';
import { checkDefinition } from '../../../functions/workflows/definition-problems.ts';
import type { Execution, StepRecord } from '../../../functions/workflows/execution.ts';
import { createExecution, findExecution, storeStep } from '../../../functions/workflows/execution-store.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';
import { createWorkflow, findWorkflow } from '../../../functions/workflows/workflow-store.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { bundledCatalogue, type TestHome } from '../open-home.ts';

export const workflowsPath = '/api/v1/workflows';

/** Ids as they are, of what was never stored. */
export const unknownWorkflow = 'wf_01jhnkp8r2c5d3v7w9x0y1z2a3';
export const unknownExecution = 'exec_01jhnkp8r2c5d3v7w9x0y1z2a3';

/** Limits of rates that no test meets which does not ask for them. */
export function openWorkflowApi(settings: Record<string, string> = {}): Promise<TestApi> {
  return openApi({ settings: { RATE_LIMITS: 'write=1000,read=1000', ...settings } });
}

/** A step as users send it. */
export const step = (name: string, fields: object = {}) => ({
  name,
  service: 'security-shield',
  action: 'POST /api/v1/scan',
  ...fields,
});

/** A workflow as users send it: `b` and `c` depend on `a`, and `d` on both. */
export const diamond = {
  name: 'diamond',
  steps: [
    step('a'),
    step('b', { depends_on: ['a'] }),
    step('c', { depends_on: ['a'] }),
    step('d', { depends_on: ['b', 'c'] }),
  ],
};

const catalogue = bundledCatalogue();

/** What a body that is right defines. */
export function definitionOf(body: object): WorkflowDefinition {
  const checked = checkDefinition(body, catalogue);
  if (!('definition' in checked)) throw new TypeError(`a definition that is wrong: ${JSON.stringify(checked)}`);
  return checked.definition;
}

/** Stores a workflow without the API. */
export async function storedWorkflow({ backend, clock }: TestHome, body: object = diamond): Promise<Workflow> {
  const id = newId('wf', clock.now());
  await createWorkflow(backend, { id, definition: definitionOf(body), nowMs: clock.now() });
  return (await findWorkflow(backend, id)) as Workflow;
}

/** Stores an execution, which no state machine runs; a second later than the one before. */
export async function storedExecution(
  { backend, clock }: TestHome,
  workflow: Workflow,
  fields: Partial<Execution> = {},
): Promise<Execution> {
  clock.advance(1000);
  const id = newId('exec', clock.now());
  const execution: Execution = {
    id,
    workflowId: workflow.id,
    workflowName: workflow.name,
    version: workflow.version,
    definitionKey: workflow.definitionKey,
    status: 'running',
    cause: { type: 'manual', reference: null },
    event: { value: {} },
    chain: [workflow.id],
    createdMs: clock.now(),
    begunMs: clock.now(),
    completedMs: null,
    cancelRequestedMs: null,
    driver: 1,
    error: null,
    unfinished: 'execution',
    writes: 0,
    ...fields,
  };
  await createExecution(backend, execution);
  return execution;
}

/** A step that runs, unless told otherwise. */
export function record(name: string, fields: Partial<StepRecord> = {}): StepRecord {
  const nothing = { input: null, output: null, error: null, skipReason: null, completedMs: null, nextAttemptMs: null };
  return { name, status: 'running', attempts: 1, cutShort: 0, startedMs: 1, driver: 1, ...nothing, ...fields };
}

export const completed = (name: string, fields: Partial<StepRecord> = {}) =>
  record(name, { status: 'completed', completedMs: 2, ...fields });

/** Stores steps that have no record yet. */
export async function storeSteps({ backend }: TestHome, execution: Execution, records: StepRecord[]): Promise<void> {
  for (const each of records) expect(await storeStep(backend, execution, each, undefined)).toBe(true);
}

export async function executionNow({ backend }: TestHome, { id }: Pick<Execution, 'id'>): Promise<Execution> {
  return (await findExecution(backend, id)) as Execution;
}

/** A JSON value of about so many bytes. */
export const large = (bytes = 9000): Json => ({ text: 'x'.repeat(bytes) });
