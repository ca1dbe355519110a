import type { Backend, Consumer } from '../backend.ts';
import type { BusRule } from '../bus-rules.ts';
import { type MachineName, machines, type QueueName, queues, type TableName, tables } from '../resources.ts';
import { type AlarmClock, systemAlarmClock } from './alarm-clock.ts';
import { openBus } from './bus.ts';
import { sweepExpired } from './expiry-sweep.ts';
import { type EmbeddedObjects, openObjects } from './objects.ts';
import { type EmbeddedQueue, openQueue } from './queue.ts';
import { secretsOf } from './secrets.ts';
import type { Definition } from './state-definition.ts';
import { type EmbeddedMachine, openMachine } from './state-machine.ts';
import { openStore, type Store } from './store.ts';
import { type Expiring, openTable } from './table.ts';
import type { TaskHandler } from './task-gate.ts';

/** All ports in one process, on one data folder. */
export interface EmbeddedBackend extends Backend {
  objects: EmbeddedObjects;
  queue(name: QueueName): EmbeddedQueue;
  /**
   * Ends gracefully: takes no more work, lets consumers, tasks and hand-overs under way finish, commits and lets the
   * folder go. What is left goes on with the next process, as after a crash. Callers bound the time. `last` is done when
   * nothing works any more and everything can still be stored.
   */
  close(last?: () => Promise<void>): Promise<void>;
}

export interface EmbeddedOptions {
  /** The data folder. */
  folder: string;
  /** Its store, when the caller took the folder earlier; opened here otherwise. Closed with the backend. */
  store?: Store;
  /** Where the HTTP server is reached; signed URLs begin with it. */
  baseUrl: string;
  /** Where secrets come from, usually `process.env`. */
  environment: Record<string, string | undefined>;
  rules: readonly BusRule<QueueName>[];
  /** Given the backend that they use. Each is called once, while opening. */
  consumers(backend: Backend): Partial<Record<QueueName, Consumer>>;
  machines: Record<MachineName, { definition: Definition; tasks(backend: Backend): Record<string, TaskHandler> }>;
  /** Told of what failed in the background and is tried again. */
  onFault(error: unknown): void;
  clock?: AlarmClock;
  /** See {@link openMachine}. */
  waitMs?: number;
}

/** Opens the data folder and goes on with what an earlier process left. Throws as {@link openStore} does. */
export async function openEmbeddedBackend(options: EmbeddedOptions): Promise<EmbeddedBackend> {
  const store = options.store ?? openStore(options.folder);
  try {
    return await openPorts(store, { ...options, clock: options.clock ?? systemAlarmClock });
  } catch (error) {
    store.close();
    throw error;
  }
}

async function openPorts(store: Store, options: EmbeddedOptions & { clock: AlarmClock }): Promise<EmbeddedBackend> {
  const { clock, onFault } = options;
  const openTables = byName(Object.keys(tables) as TableName[], (name) =>
    openTable(store, name, tables[name].indexes, clock),
  );
  const openQueues = byName(Object.keys(queues) as QueueName[], (name) =>
    openQueue(store, name, { ...queues[name], clock, onFault }),
  );
  const { rules } = options;
  const bus = openBus(store, { rules, send: (queue, messages) => openQueues[queue].send(messages), clock, onFault });
  const ports = {
    table: (name: TableName) => openTables[name],
    queue: (name: QueueName) => openQueues[name],
    bus,
    machine: (name: MachineName) => openMachines[name],
    objects: openObjects(options),
    secrets: secretsOf(options.environment),
    clock,
  };
  const openMachines = byName(machines, (name): EmbeddedMachine => {
    const { definition, tasks } = options.machines[name];
    const waits = options.waitMs === undefined ? {} : { waitMs: options.waitMs };
    return openMachine({ name, definition, tasks: tasks(ports), store, clock, onFault, ...waits });
  });
  const consumers = Object.entries(options.consumers(ports)) as [QueueName, Consumer][];
  const stops = [
    ...consumers.map(([name, consumer]) => openQueues[name].consume(consumer)),
    sweepExpired(Object.values<Expiring>(openTables), clock, onFault),
    bus.stop,
    ...Object.values(openMachines).map(({ drain }) => drain),
  ];
  bus.start();
  for (const machine of Object.values(openMachines)) await machine.resume();
  return {
    ...ports,
    async close(last) {
      await Promise.all(stops.map((stop) => stop()));
      await last?.();
      store.close();
    },
  };
}

function byName<Name extends string, T>(names: readonly Name[], open: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, open(name)])) as Record<Name, T>;
}
