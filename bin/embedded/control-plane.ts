import { readFileSync } from 'node:fs';
import { type Backend, type Secrets, systemClock } from '../../backend/backend.ts';
import { busRules } from '../../backend/bus-rules.ts';
import { systemAlarmClock } from '../../backend/embedded/alarm-clock.ts';
import {
  type EmbeddedBackend,
  type EmbeddedOptions,
  openEmbeddedBackend,
} from '../../backend/embedded/embedded-backend.ts';
import { secretsOf } from '../../backend/embedded/secrets.ts';
import type { Definition } from '../../backend/embedded/state-definition.ts';
import type { Store } from '../../backend/embedded/store.ts';
import type { TaskHandler } from '../../backend/embedded/task-gate.ts';
import { type Access, type MachineName, machines, queues, withServices } from '../../backend/resources.ts';
import { restrict } from '../../backend/restricted.ts';
import { contracts, taskContracts } from '../../functions/contracts.ts';
import { accessOf, type Contract, type TaskContract } from '../../functions/core/contract.ts';
import type { Home } from '../../functions/core/endpoint.ts';
import { fallbackContract } from '../../functions/core/fallback.ts';
import { createLog } from '../../functions/core/log.ts';
import { restrictReach } from '../../functions/core/reach.ts';
import type { FunctionSettings } from '../../functions/core/settings.ts';
import type { AnyTask, QueueTask } from '../../functions/core/task.ts';
import { loadEndpoint, loadTask } from '../../functions/load-handlers.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
import { createContainerHosts } from '../../platform/containers/container-hosts.ts';
import { createProber } from '../../platform/probing/prober.ts';
import { createReceivers } from '../../platform/receivers/receivers.ts';
import { type Batch, batchingMeter } from './batching-meter.ts';
import type { Site } from './http-server.ts';
import { startSchedules } from './schedules.ts';
import type { EmbeddedSettings } from './settings.ts';

export interface ControlPlane {
  site: Site;
  /** Takes no more work, lets what is under way finish and lets the data folder go. */
  close(): Promise<void>;
}

interface ControlPlaneOptions {
  settings: EmbeddedSettings;
  /** The data folder's store. */
  store: Store;
  token: string;
  catalogue: Catalogue;
  /** Where callers reach it; links to artifacts begin with it, and its path is the server's in the OpenAPI document. */
  baseUrl: string;
  environment: Record<string, string | undefined>;
}

/** Opens all of it on one data folder: the ports, every function with just what its contract allows, and the schedules. */
export async function openControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { settings, catalogue } = options;
  const log = createLog(settings.functions.logLevel);
  const startedMs = Date.now();
  const environment = { ...options.environment, ORCHESTRATOR_TOKEN: options.token };
  const reach = reachOf(settings.functions, catalogue, secretsOf(environment));
  const recording = Promise.withResolvers<(batch: Batch) => Promise<unknown>>();
  const meter = batchingMeter({
    clock: systemAlarmClock,
    store: async (batch) => (await recording.promise)(batch),
    log,
  });
  const common = { settings: settings.functions, log, meter, catalogue, startedMs };
  const homeOf: HomeOf = (ports, declared) => {
    const access = withServices(declared, catalogue.services);
    return { ...common, ...restrictReach(reach, access), backend: restrict(ports, access) };
  };
  const tasks = await Promise.all(taskContracts.map(loadTask));
  const backend = await openEmbeddedBackend({
    folder: settings.dataFolder,
    store: options.store,
    baseUrl: options.baseUrl,
    environment,
    rules: busRules(queues),
    consumers: (ports) => consumersOf(tasks, (task) => homeOf(ports, task.access)),
    machines: machinesOf((machine, ports) => machineTasksOf(machine, tasks, (task) => homeOf(ports, task.access))),
    onFault: (error) => log.error('background work failed', { error: error as Error }),
  });
  recording.resolve(recorderOf(tasks, (task) => homeOf(backend, task.access)));
  const schedules = startSchedules(tasks, (task) => homeOf(backend, task.access));
  return {
    site: await siteOf(backend, homeOf, options.baseUrl),
    async close() {
      await schedules.stop();
      await backend.close(meter.close);
    },
  };
}

type HomeOf = (ports: Backend, access: Access) => Home;

/** What this process can reach: the platform's services, container hosts, and receivers of webhooks. */
function reachOf(settings: FunctionSettings, catalogue: Catalogue, secrets: Secrets) {
  const { probeTimeoutMs: timeoutMs, probeSlowMs: slowMs, dockerHost } = settings;
  return {
    prober: createProber({ timeoutMs, slowMs, clock: systemClock }),
    containers: createContainerHosts({ catalogue, dockerHost, secrets }),
    receivers: createReceivers({ catalogue, allow: settings.webhookAllow }),
  };
}

async function siteOf(backend: EmbeddedBackend, homeOf: HomeOf, baseUrl: string): Promise<Site> {
  const homeFor = (contract: Contract) => homeOf(backend, accessOf(contract));
  const endpoints = await Promise.all(
    contracts.map(async (contract) => ({ ...(await loadEndpoint(contract)), home: homeFor(contract) })),
  );
  const home = homeOf(backend, { ...accessOf(fallbackContract), secrets: ['token', 'token-previous'] });
  const basePath = new URL(baseUrl).pathname.replace(/\/$/, '');
  return { endpoints, home, objects: backend.objects, basePath };
}

type HomeFor = (task: TaskContract) => Home;

function consumersOf(tasks: (AnyTask | QueueTask)[], homeFor: HomeFor) {
  const entries = tasks.flatMap((task) => {
    const { trigger } = task.contract;
    if (trigger.type !== 'queue' || !('consume' in task)) return [];
    const home = homeFor(task.contract);
    return [[trigger.queue, (messages: Parameters<QueueTask['consume']>[0]) => task.consume(messages, home)] as const];
  });
  return Object.fromEntries(entries);
}

/** What stores the readings of this process: the task that on AWS is called with what functions logged. */
function recorderOf(tasks: (AnyTask | QueueTask)[], homeFor: HomeFor): (batch: Batch) => Promise<unknown> {
  const task = tasks.find((one): one is AnyTask => one.contract.trigger.type === 'readings' && 'run' in one);
  if (!task) throw new Error('No task takes readings.');
  const home = homeFor(task.contract);
  return (batch) => task.run(batch, home);
}

/** Each machine with its file in statemachines/ and what stands behind the file's placeholders. */
function machinesOf(tasksOf: (machine: MachineName, backend: Backend) => Record<string, TaskHandler>) {
  const entries = machines.map((machine) => {
    const file = new URL(`../../statemachines/${machine}.asl.json`, import.meta.url);
    const definition = JSON.parse(readFileSync(file, 'utf8')) as Definition;
    return [machine, { definition, tasks: (backend: Backend) => tasksOf(machine, backend) }] as const;
  });
  return Object.fromEntries(entries) as EmbeddedOptions['machines'];
}

function machineTasksOf(machine: MachineName, tasks: (AnyTask | QueueTask)[], homeFor: HomeFor) {
  const entries = tasks.flatMap((task) => {
    const { trigger } = task.contract;
    if (trigger.type !== 'state-machine' || trigger.machine !== machine || !('run' in task)) return [];
    const home = homeFor(task.contract);
    return [[trigger.placeholder, (input: unknown) => task.run(input, home)] as const];
  });
  return Object.fromEntries(entries);
}
