import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend, Item, Table } from '../../backend/backend.ts';
import { busRules } from '../../backend/bus-rules.ts';
import { openEmbeddedBackend } from '../../backend/embedded/embedded-backend.ts';
import type { Definition } from '../../backend/embedded/state-definition.ts';
import type { TaskHandler } from '../../backend/embedded/task-gate.ts';
import { type Access, type MachineName, machines, queues, withServices } from '../../backend/resources.ts';
import { restrict } from '../../backend/restricted.ts';
import { taskContracts } from '../../functions/contracts.ts';
import type { Home } from '../../functions/core/endpoint.ts';
import { newId } from '../../functions/core/ids.ts';
import { createLog } from '../../functions/core/log.ts';
import { restrictReach } from '../../functions/core/reach.ts';
import { readFunctionSettings } from '../../functions/core/settings.ts';
import type { AnyTask } from '../../functions/core/task.ts';
import { loadTask } from '../../functions/load-handlers.ts';
import { checkedDefinition } from '../../functions/workflows/checked-definition.ts';
import { launchExecution } from '../../functions/workflows/launch-execution.ts';
import type { Workflow } from '../../functions/workflows/workflow.ts';
import { createWorkflow, findWorkflow } from '../../functions/workflows/workflow-store.ts';
import { parseCatalogue } from '../../platform/catalogue.ts';
import { machineMs } from '../polling/machine-clock.ts';

/** A step by name, and the names of those that it depends on. */
export interface StepOf {
  name: string;
  depends_on: string[];
}

export interface WorkflowHome {
  /** Stores a workflow whose steps each send one POST to the service. */
  store(steps: StepOf[]): Promise<Workflow>;
  /** Executes a workflow, and gives the ms from its launch until its end is stored. Throws when it has not completed. */
  execute(workflow: Workflow): Promise<number>;
  close(): Promise<void>;
}

/** The way of an execution in the embedded home: the real state machine and its tasks on SQLite, one service over HTTP. */
export async function openWorkflowHome(serviceUrl: string): Promise<WorkflowHome> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
  const catalogue = catalogueOf(serviceUrl);
  const common = {
    settings: readFunctionSettings({}),
    log: createLog('ERROR'),
    meter: { record: () => undefined },
    catalogue,
    startedMs: Date.now(),
    ...restrictReach({}, {}),
  };
  const tasks = (await Promise.all(taskContracts.map(loadTask))).filter((task): task is AnyTask => 'run' in task);
  const ends = new Map<string, (end: Item) => void>();
  const homeOf = (ports: Backend, access: Access): Home => ({
    ...common,
    backend: restrict(watched(ports, ends), withServices(access, catalogue.services)),
  });
  const backend = await openEmbeddedBackend({
    folder,
    baseUrl: 'http://127.0.0.1',
    environment: {},
    rules: busRules(queues),
    consumers: () => ({}),
    machines: machinesOf((machine, ports) => tasksOf(machine, tasks, ({ contract }) => homeOf(ports, contract.access))),
    onFault: (error) => console.error('Background work failed:', error),
  });
  return {
    async store(steps) {
      const definition = checkedDefinition({ name: 'measured', steps: steps.map(stepOf) }, catalogue);
      const id = newId('wf', Date.now());
      await createWorkflow(backend, { id, definition, nowMs: Date.now() });
      return (await findWorkflow(backend, id)) as Workflow;
    },
    async execute(workflow) {
      const id = newId('exec', Date.now());
      const ended = new Promise<Item>((resolve) => ends.set(id, resolve));
      const launch = {
        id,
        workflow,
        event: { n: 1 },
        trigger: { type: 'manual', reference: null },
        chain: [],
      } as const;
      const startMs = machineMs();
      await launchExecution({ backend }, { ...launch, chain: [] });
      const end = await ended;
      const tookMs = machineMs() - startMs;
      if (end['status'] !== 'completed') throw new Error(`The execution has ${end['status']}: ${JSON.stringify(end)}`);
      return tookMs;
    },
    async close() {
      await backend.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function stepOf(step: StepOf) {
  return { ...step, service: 'stub', action: 'POST /work', input: { event: '{{event.n}}' } };
}

function catalogueOf(url: string) {
  const row = { name: 'stub', container: 'stub', port: 80, tier: 'Test', critical: false, depends_on: [] };
  return parseCatalogue({ services: [{ ...row, probe: '/health', url }] });
}

/** Ports that tell when the end of an execution is stored. */
function watched(ports: Backend, ends: Map<string, (end: Item) => void>): Backend {
  const executions = ports.table('executions');
  const table: Table = {
    ...executions,
    async put(item, condition) {
      await executions.put(item, condition);
      if (item.sk !== 'execution' || item['status'] === 'running') return;
      ends.get(item.pk)?.(item);
      ends.delete(item.pk);
    },
  };
  return { ...ports, table: (name) => (name === 'executions' ? table : ports.table(name)) };
}

type TasksOf = (machine: MachineName, ports: Backend) => Record<string, TaskHandler>;

function machinesOf(tasksOfMachine: TasksOf) {
  const entries = machines.map((machine) => {
    const file = new URL(`../../statemachines/${machine}.asl.json`, import.meta.url);
    const definition = JSON.parse(readFileSync(file, 'utf8')) as Definition;
    return [machine, { definition, tasks: (ports: Backend) => tasksOfMachine(machine, ports) }] as const;
  });
  return Object.fromEntries(entries) as Record<MachineName, (typeof entries)[number][1]>;
}

function tasksOf(machine: MachineName, tasks: AnyTask[], homeOf: (task: AnyTask) => Home) {
  const entries = tasks.flatMap((task) => {
    const { trigger } = task.contract;
    if (trigger.type !== 'state-machine' || trigger.machine !== machine) return [];
    const home = homeOf(task);
    return [[trigger.placeholder, (input: unknown) => task.run(input, home)] as const];
  });
  return Object.fromEntries(entries);
}
