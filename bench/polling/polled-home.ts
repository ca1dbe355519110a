import { type Backend, systemClock, type Table } from '../../backend/backend.ts';
import { systemAlarmClock } from '../../backend/embedded/alarm-clock.ts';
import { openBus } from '../../backend/embedded/bus.ts';
import { openObjects } from '../../backend/embedded/objects.ts';
import { openStore } from '../../backend/embedded/store.ts';
import { openTable } from '../../backend/embedded/table.ts';
import { type TableName, tables } from '../../backend/resources.ts';
import { restrict } from '../../backend/restricted.ts';
import { createLog } from '../../functions/core/log.ts';
import { restrictReach } from '../../functions/core/reach.ts';
import { readFunctionSettings } from '../../functions/core/settings.ts';
import { pollServices } from '../../functions/services/tasks/poll-services.ts';
import type { Catalogue } from '../../platform/catalogue.ts';
import { createProber } from '../../platform/probing/prober.ts';
import { machineMs } from './machine-clock.ts';

export interface PolledHome {
  /** One round of the real task. Throws when it did not record every service. */
  poll(): Promise<void>;
  /** When each service's record was last committed, by name, on the clock of {@link machineMs}. */
  recordsMs: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

interface Options {
  folder: string;
  catalogue: Catalogue;
  /** Settings that differ from the defaults. */
  environment?: Record<string, string>;
}

/** What the task has in the embedded home: the prober over real sockets, and table and bus in SQLite. */
export function openPolledHome({ folder, catalogue, environment = {} }: Options): PolledHome {
  const settings = readFunctionSettings(environment);
  const { access } = pollServices.contract;
  const prober = createProber({
    timeoutMs: settings.probeTimeoutMs,
    slowMs: settings.probeSlowMs,
    clock: systemClock,
  });
  const recordsMs = new Map<string, number>();
  const { ports, close } = openPorts(folder, recordsMs);
  const home = {
    settings,
    log: createLog('ERROR'),
    meter: { record: () => undefined },
    catalogue,
    startedMs: systemClock.now(),
    ...restrictReach({ prober }, access),
    backend: restrict(ports, access),
  };
  return {
    async poll() {
      const { recorded } = await pollServices.run({}, home);
      if (recorded !== catalogue.services.length) throw new Error(`Only ${recorded} services were recorded.`);
    },
    recordsMs,
    close,
  };
}

/** The ports that the task uses, in a folder; the bus brings events to no queue. */
function openPorts(folder: string, recordsMs: Map<string, number>) {
  const store = openStore(folder);
  const opened: Partial<Record<TableName, Table>> = {
    services: timed(openTable(store, 'services', tables.services.indexes, systemClock), recordsMs),
    sequences: openTable(store, 'sequences', tables.sequences.indexes, systemClock),
  };
  const onFault = (error: unknown) => console.error('The bus failed:', error);
  const bus = openBus(store, { rules: [], send: async () => undefined, clock: systemAlarmClock, onFault });
  bus.start();
  const unused = (name: string) => {
    throw new Error(`The task that polls uses no ${name}.`);
  };
  const ports: Backend = {
    table: (name) => opened[name] ?? unused(name),
    queue: unused,
    bus,
    machine: unused,
    objects: openObjects({ folder, baseUrl: 'http://127.0.0.1', clock: systemClock }),
    secrets: { get: async () => undefined },
    clock: systemClock,
  };
  return {
    ports,
    async close() {
      await bus.stop();
      store.close();
    },
  };
}

/** The table, which notes when an update was committed. */
function timed(table: Table, recordsMs: Map<string, number>): Table {
  return {
    ...table,
    async update(key, changes, condition) {
      const item = await table.update(key, changes, condition);
      recordsMs.set(key.sk, machineMs());
      return item;
    },
  };
}
