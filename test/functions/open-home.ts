import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend, BusEvent, Consumer, Json, QueueMessage } from '../../backend/backend.ts';
import { busRules } from '../../backend/bus-rules.ts';
import {
  type EmbeddedBackend,
  type EmbeddedOptions,
  openEmbeddedBackend,
} from '../../backend/embedded/embedded-backend.ts';
import type { EmbeddedObjects } from '../../backend/embedded/objects.ts';
import { secretsOf } from '../../backend/embedded/secrets.ts';
import type { Definition } from '../../backend/embedded/state-definition.ts';
import type { TaskHandler } from '../../backend/embedded/task-gate.ts';
import { type MachineName, machines, type QueueName, queues } from '../../backend/resources.ts';
import { taskContracts } from '../../functions/contracts.ts';
import type { Home } from '../../functions/core/endpoint.ts';
import type { MeteredReading } from '../../functions/core/figures.ts';
import type { Log } from '../../functions/core/log.ts';
import { readFunctionSettings } from '../../functions/core/settings.ts';
import type { QueueTask } from '../../functions/core/task.ts';
import { loadTask } from '../../functions/load-handlers.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
import { createContainerHosts } from '../../platform/containers/container-hosts.ts';
import { createProber } from '../../platform/probing/prober.ts';
import { readCatalogue } from '../../platform/read-catalogue.ts';
import { createReceivers } from '../../platform/receivers/receivers.ts';
import { type SettableClock, settableClock } from '../suites/settable-clock.ts';

/** The embedded home without its HTTP server, on a folder of its own, at a time that the test decides. */
export async function openHome(options: TestHomeOptions = {}): Promise<TestHome> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-test-'));
  const clock = settableClock(nextStartMs());
  const logLines: string[] = [];
  const log = recordingLog(logLines);
  const readings: MeteredReading[] = [];
  const published: BusEvent[] = [];
  const faults: unknown[] = [];
  const end = Promise.withResolvers<never>();
  end.promise.catch(() => undefined);
  const task: Task = (...about) => options.task?.(...about) ?? end.promise;
  const settings = readFunctionSettings(options.settings ?? {});
  const catalogue = options.catalogue ?? bundledCatalogue();
  const environment = { ORCHESTRATOR_TOKEN: token, ...options.environment };
  const { probeTimeoutMs: timeoutMs, probeSlowMs: slowMs, dockerHost, webhookAllow: allow } = settings;
  const prober = createProber({ timeoutMs, slowMs, clock });
  const common = {
    settings,
    log,
    meter: { record: (reading: MeteredReading) => void readings.push(reading) },
    catalogue,
    startedMs: clock.now(),
    prober: options.prober ?? prober,
    containers: options.containers ?? createContainerHosts({ catalogue, dockerHost, secrets: secretsOf(environment) }),
    receivers: options.receivers ?? createReceivers({ catalogue, allow }),
  };
  const consumers = await queueTasks();
  const embedded: EmbeddedBackend = await openEmbeddedBackend({
    folder,
    baseUrl: 'http://orchestrator.test',
    environment,
    rules: busRules(queues),
    consumers: () => consumersOf(consumers, () => home),
    machines: machinesOf((machine) => tasksByPlaceholder(machine, task, () => home)),
    onFault: (error) => void faults.push(error),
    clock,
    waitMs: 0,
  });
  const backend: Backend = {
    ...embedded,
    bus: {
      publish: async (events) => {
        await embedded.bus.publish(events);
        published.push(...events);
      },
    },
  };
  const home: TestHome = {
    ...common,
    backend,
    objects: embedded.objects,
    queueOf: embedded.queue,
    clock,
    logLines,
    readings,
    published,
    async close() {
      const closed = embedded.close();
      end.reject(new Error('the test is over'));
      await closed;
      rmSync(folder, { recursive: true });
      if (faults.length > 0) throw new AggregateError(faults, 'the embedded home reported faults');
    },
  };
  return home;
}

export interface TestHome extends Home {
  objects: EmbeddedObjects;
  /** A queue with its dead letters. */
  queueOf: EmbeddedBackend['queue'];
  clock: SettableClock;
  /** Every event that was published, repeats included. */
  published: BusEvent[];
  logLines: string[];
  /** What functions measured. */
  readings: MeteredReading[];
  /** Throws what failed in the background. */
  close(): Promise<void>;
}

export interface TestHomeOptions {
  /** The bundled one unless told. */
  catalogue?: Catalogue;
  /** Environment variables of the functions. */
  settings?: Record<string, string>;
  /** Secrets, as environment variables. */
  environment?: Record<string, string>;
  /** What probes services; over the network unless told. */
  prober?: Home['prober'];
  /** What reaches containers; the engines that settings and catalogue name unless told. */
  containers?: Home['containers'];
  /** What sends to receivers of webhooks; over the network, as the settings allow, unless told. */
  receivers?: Home['receivers'];
  /** What each task of a state machine does; where it gives undefined, as without it, the task works until the home is closed. */
  task?: (...about: Parameters<Task>) => Promise<Json> | undefined;
}

type Task = (placeholder: string, input: Json, home: TestHome) => Promise<Json>;

export function bundledCatalogue(): Catalogue {
  return readCatalogue(new URL('../../platform/catalogue.json', import.meta.url));
}

/** The bearer token of every test home. */
export const token = 'test-token-0123456789';

function machinesOf(tasksOf: (machine: MachineName) => Record<string, TaskHandler>) {
  const entries = machines.map((machine) => {
    const file = new URL(`../../statemachines/${machine}.asl.json`, import.meta.url);
    const definition = JSON.parse(readFileSync(file, 'utf8')) as Definition;
    return [machine, { definition, tasks: (_: Backend) => tasksOf(machine) }] as const;
  });
  return Object.fromEntries(entries) as EmbeddedOptions['machines'];
}

async function queueTasks(): Promise<QueueTask[]> {
  const tasks = await Promise.all(taskContracts.map(loadTask));
  return tasks.filter((task) => 'consume' in task);
}

function consumersOf(tasks: QueueTask[], home: () => TestHome): Partial<Record<QueueName, Consumer>> {
  const entries = tasks.flatMap(({ contract: { trigger }, consume }) =>
    trigger.type === 'queue' ? [[trigger.queue, (messages: QueueMessage[]) => consume(messages, home())]] : [],
  );
  return Object.fromEntries(entries);
}

/** Ids of one process never go back in time, so each home begins a month after the one before. */
let homes = 0;
function nextStartMs(): number {
  homes += 1;
  return Date.parse('2025-01-15T10:30:00.000Z') + homes * 30 * 24 * 3_600_000;
}

function tasksByPlaceholder(machine: MachineName, task: Task, home: () => TestHome) {
  const placeholders = taskContracts.flatMap(({ trigger }) =>
    trigger.type === 'state-machine' && trigger.machine === machine ? [trigger.placeholder] : [],
  );
  return Object.fromEntries(placeholders.map((name) => [name, (input: Json) => task(name, input, home())]));
}

function recordingLog(lines: string[]): Log {
  const write = (level: string) => (message: string, fields?: Record<string, unknown> & { error?: Error }) => {
    const { error, ...rest } = fields ?? {};
    lines.push(JSON.stringify({ level, message, ...rest, ...(error ? { error: textOf(error) } : {}) }));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Everything that a logger may show of an error. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack}${error.cause === undefined ? '' : ` caused by ${textOf(error.cause)}`}`;
}
