import type { Backend, Json } from '../../../backend/backend.ts';
import { newId } from '../../../functions/core/ids.ts';
import { checkedDefinition } from '../../../functions/workflows/checked-definition.ts';
import { drive, type Next } from '../../../functions/workflows/drive.ts';
import { endExecution } from '../../../functions/workflows/end-execution.ts';
import { type Execution, type StepRecord, withCancellation } from '../../../functions/workflows/execution.ts';
import { changeExecution, findExecution, loadSteps } from '../../../functions/workflows/execution-store.ts';
import { keptValue } from '../../../functions/workflows/large-value.ts';
import { launchExecution } from '../../../functions/workflows/launch-execution.ts';
import type { Workflow } from '../../../functions/workflows/workflow.ts';
import { loadRun } from '../../../functions/workflows/workflow-run.ts';
import { createWorkflow, findWorkflow } from '../../../functions/workflows/workflow-store.ts';
import { createUpstreamClient } from '../../../platform/client.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { catalogue } from './known-services.ts';

/** A call that a step's service got. */
export interface StepCalled {
  /** From the idempotency key. */
  step: string;
  /** Counted from 1 for each step. */
  nth: number;
  method: string;
  /** With its query. */
  path: string;
  headers: Headers;
  body: Json | undefined;
  atMs: number;
}

/** What services answer; a throw is that of `fetch`, and undefined is an empty object. */
export type Services = (call: StepCalled, signal: AbortSignal) => Response | undefined | Promise<Response | undefined>;

/** A step as users write it, its service and action left out. */
export interface StepGiven {
  name: string;
  depends_on?: readonly string[];
  [field: string]: unknown;
}

/** A home in which executions are driven by hand, their services scripted, at a time that the test decides. */
export async function openDriverScenario() {
  const home = await openHome({ catalogue });
  const calls: StepCalled[] = [];
  let services: Services = () => undefined;
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const call = stepCalled(home, calls, url as URL, init);
    calls.push(call);
    return (await services(call, init.signal as AbortSignal)) ?? Response.json({});
  };
  /** One call of the driver, whose process may have a backend or a clock of its own. */
  const driveOnce = async (id: string, { backend = home.backend, budgetMs = 900_000 }: DriveOptions = {}) => {
    const { secrets, clock } = backend;
    const sleep = async () => undefined;
    const upstream = createUpstreamClient({ catalogue, secrets, clock, sleep, random: Math.random, send: fetch });
    return drive(await loadRun({ ...home, backend }, upstream, id), budgetMs);
  };
  return {
    home,
    calls,
    driveOnce,
    serve: (script: Services) => {
      calls.length = 0;
      services = script;
    },
    /** Stores a workflow of these steps and an execution of it. */
    async execution(steps: readonly StepGiven[], event: Json = {}): Promise<string> {
      const workflow = await storedWorkflow(home, steps);
      const id = newId('exec', home.clock.now());
      const trigger = { type: 'manual', reference: null } as const;
      await launchExecution({ backend: withoutMachine(home.backend) }, { id, workflow, event, trigger, chain: [] });
      return id;
    },
    /** Drives an execution to its end, as the state machine does, in no time. */
    async toEnd(id: string, options: DriveOptions = {}): Promise<Ended> {
      const nexts: Next[] = [];
      for (;;) {
        const next = await driveOnce(id, options);
        nexts.push(next);
        if (next.next === 'finish') break;
        if (next.next === 'wait') home.clock.advance(next.wait_seconds * 1000);
      }
      return {
        nexts,
        execution: await endExecution(home, id),
        steps: Object.fromEntries(await loadSteps(home.backend, id)),
      };
    },
    cancel: (id: string) => changeExecution(home.backend, id, (now) => withCancellation(now, home.clock.now())),
    stored: async (id: string) => (await findExecution(home.backend, id)) as Execution,
    steps: async (id: string) => Object.fromEntries(await loadSteps(home.backend, id)),
    /** What a step put out; null where it put out nothing. */
    outputOf: async (step: StepRecord | undefined) => (step?.output ? keptValue(home.backend, step.output) : null),
    /** What the last probe of a service found. */
    async probed(service: string, status: 'healthy' | 'unhealthy') {
      const lastProbeMs = home.clock.now();
      await home.backend.table('services').put({ pk: 'probe', sk: service, status, lastProbeMs });
    },
  };
}

export type DriverScenario = Awaited<ReturnType<typeof openDriverScenario>>;

export interface DriveOptions {
  backend?: Backend;
  budgetMs?: number;
}

export interface Ended {
  /** What each call of the driver said. */
  nexts: Next[];
  execution: Execution;
  steps: Record<string, StepRecord>;
}

/** Lets others go on for a few turns of the event loop. */
export async function turns(count = 1): Promise<void> {
  for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** An answer without a body. */
export const refusal = (status: number, headers: Record<string, string> = {}) =>
  new Response(null, { status, headers });

function stepCalled({ clock }: TestHome, calls: readonly StepCalled[], url: URL, init: RequestInit): StepCalled {
  const headers = new Headers(init.headers);
  const step = headers.get('idempotency-key')?.split(':')[1] ?? 'unnamed';
  const nth = calls.filter((earlier) => earlier.step === step).length + 1;
  const body = typeof init.body === 'string' ? (JSON.parse(init.body) as Json) : undefined;
  return { step, nth, method: init.method ?? '', path: url.pathname + url.search, headers, body, atMs: clock.now() };
}

let workflows = 0;
async function storedWorkflow(home: TestHome, steps: readonly StepGiven[]): Promise<Workflow> {
  workflows += 1;
  const id = newId('wf', home.clock.now());
  const whole = steps.map((step) => ({ service: 'api', action: 'GET /', ...step }));
  const definition = checkedDefinition({ name: `w${workflows}`, steps: whole }, catalogue);
  await createWorkflow(home.backend, { id, definition, nowMs: home.clock.now() });
  return (await findWorkflow(home.backend, id)) as Workflow;
}

/** The test takes the state machine's part. */
function withoutMachine(backend: Backend): Backend {
  return { ...backend, machine: () => ({ start: async () => undefined, describe: async () => undefined }) };
}
