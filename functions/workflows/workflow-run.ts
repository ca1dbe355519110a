import type { Json } from '../../backend/backend.ts';
import type { UpstreamClient } from '../../platform/client.ts';
import type { Home } from '../core/endpoint.ts';
import { loadServiceHealths, type ServiceHealth } from '../services/contract.ts';
import type { WorkflowStep } from './definition.ts';
import { type Execution, isEnded, type StepRecord, withDriver } from './execution.ts';
import { changeExecution, loadSteps } from './execution-store.ts';
import { keptValue } from './large-value.ts';
import { planOf } from './plan.ts';
import { referencesIn, type StepResult } from './template.ts';
import { findDefinition } from './workflow-store.ts';

/** An execution under way, as one call of the driver holds it. */
export interface WorkflowRun {
  home: Home;
  upstream: UpstreamClient;
  execution: Execution;
  /** In topological order. */
  steps: WorkflowStep[];
  records: Map<string, StepRecord>;
  /** When calls of services must have ended, as the driver's own time is up then; epoch ms. */
  callsEndMs: number;
  /** The health of services by name, some moments old at most. */
  healths(): Promise<ReadonlyMap<string, ServiceHealth>>;
  /** What templates see: the event, and the steps that have ended. */
  scope: { event: Json; steps: Map<string, StepResult> };
}

/** Takes the execution over from any other call of the driver, with all that is known of it. Throws where it, or its definition, is not stored. */
export async function loadRun(home: Home, upstream: UpstreamClient, id: string): Promise<WorkflowRun> {
  const { backend } = home;
  const execution = await changeExecution(backend, id, withDriver);
  if (!execution) throw new Error(`there is no execution ${id}`);
  const [definition, records, event] = await Promise.all([
    findDefinition(backend, execution.workflowId, execution.definitionKey),
    loadSteps(backend, id),
    keptValue(backend, execution.event),
  ]);
  if (!definition) throw new Error(`the definition of ${id} is gone`);
  const scope = { event, steps: new Map<string, StepResult>() };
  const steps = inOrder(definition.steps);
  const callsEndMs = Number.POSITIVE_INFINITY;
  const run = { home, upstream, execution, steps, records, callsEndMs, healths: healthsOf(home), scope };
  const sought = outputsSought(steps, records);
  for (const record of [...records.values()].filter(isEnded)) {
    const output = record.output && sought.has(record.name) ? await keptValue(backend, record.output) : null;
    see(run, record, output);
  }
  return run;
}

/** The steps whose outputs are looked up by steps that have not ended: others need not be read, and can be large. */
function outputsSought(steps: readonly WorkflowStep[], records: ReadonlyMap<string, StepRecord>): Set<string> {
  const open = steps.filter(({ name }) => {
    const record = records.get(name);
    return record === undefined || !isEnded(record);
  });
  const references = open.flatMap(({ action, input, when }) => referencesIn([action, input, when?.value ?? null]));
  return new Set(references.flatMap(({ step }) => step ?? []));
}

/** Lets templates see a step that has ended. */
export function see({ records, scope }: WorkflowRun, record: StepRecord, output: Json): void {
  records.set(record.name, record);
  scope.steps.set(record.name, { status: record.status, output, error: record.error && { ...record.error } });
}

/** So long a health that was read is taken for the present one; in ms. A probe is older most of the time. */
const healthsKeptMs = 1000;

function healthsOf({ backend }: Home): WorkflowRun['healths'] {
  let readMs = Number.NEGATIVE_INFINITY;
  let healths: ReturnType<WorkflowRun['healths']> = Promise.resolve(new Map());
  return () => {
    const nowMs = backend.clock.now();
    if (nowMs - readMs >= healthsKeptMs) {
      readMs = nowMs;
      healths = loadServiceHealths(backend);
    }
    return healths;
  };
}

function inOrder(steps: WorkflowStep[]): WorkflowStep[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  return planOf(steps).order.map((name) => byName.get(name) as WorkflowStep);
}
