import { readFileSync } from 'node:fs';
import type { Backend } from '../../backend/backend.ts';
import { busRules } from '../../backend/bus-rules.ts';
import { type EmbeddedBackend, openEmbeddedBackend } from '../../backend/embedded/embedded-backend.ts';
import type { Store } from '../../backend/embedded/store.ts';
import { queues } from '../../backend/resources.ts';
import { restrict } from '../../backend/restricted.ts';
import { contracts, taskContracts } from '../../functions/contracts.ts';
import { accessOf, type Contract, type TaskContract } from '../../functions/core/contract.ts';
import type { Home } from '../../functions/core/endpoint.ts';
import { fallbackContract } from '../../functions/core/fallback.ts';
import { createLog } from '../../functions/core/log.ts';
import type { AnyTask, QueueTask } from '../../functions/core/task.ts';
import { loadEndpoint, loadTask } from '../../functions/load-handlers.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
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
  baseUrl: string;
  environment: Record<string, string | undefined>;
}

/** Opens all of it on one data folder: the ports, every function with just what its contract allows, and the schedules. */
export async function openControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { settings, catalogue } = options;
  const log = createLog(settings.functions.logLevel);
  const startedMs = Date.now();
  const homeOf = (backend: Backend): Home => ({ backend, settings: settings.functions, log, catalogue, startedMs });
  const tasks = await Promise.all(taskContracts.map(loadTask));
  const backend = await openEmbeddedBackend({
    folder: settings.dataFolder,
    store: options.store,
    baseUrl: options.baseUrl,
    environment: { ...options.environment, ORCHESTRATOR_TOKEN: options.token },
    rules: busRules(queues),
    consumers: (ports) => consumersOf(tasks, (task) => homeOf(restrict(ports, task.access))),
    machines: {
      pipeline: {
        definition: JSON.parse(readFileSync(new URL('../../statemachines/pipeline.asl.json', import.meta.url), 'utf8')),
        tasks: (ports) => machineTasksOf(tasks, (task) => homeOf(restrict(ports, task.access))),
      },
    },
    onFault: (error) => log.error('background work failed', { error: error as Error }),
  });
  const schedules = startSchedules(tasks, (task) => homeOf(restrict(backend, task.access)));
  return {
    site: await siteOf(backend, homeOf),
    async close() {
      await schedules.stop();
      await backend.close();
    },
  };
}

async function siteOf(backend: EmbeddedBackend, homeOf: (backend: Backend) => Home): Promise<Site> {
  const homeFor = (contract: Contract) => homeOf(restrict(backend, accessOf(contract)));
  const endpoints = await Promise.all(
    contracts.map(async (contract) => ({ ...(await loadEndpoint(contract)), home: homeFor(contract) })),
  );
  const home = homeOf(restrict(backend, { ...accessOf(fallbackContract), secrets: ['token', 'token-previous'] }));
  return { endpoints, home, objects: backend.objects };
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

function machineTasksOf(tasks: (AnyTask | QueueTask)[], homeFor: HomeFor) {
  const entries = tasks.flatMap((task) => {
    const { trigger } = task.contract;
    if (trigger.type !== 'state-machine' || !('run' in task)) return [];
    const home = homeFor(task.contract);
    return [[trigger.placeholder, (input: unknown) => task.run(input, home)] as const];
  });
  return Object.fromEntries(entries);
}
