import { createServer } from 'node:net';
import { type Clock, systemClock } from '../../backend/backend.ts';
import type { Catalogue } from '../catalogue.ts';
import { createControlServer } from './control-server.ts';
import { openDatabase } from './database.ts';
import { openContainers } from './engine/containers.ts';
import { createEngineServer, engineName } from './engine/engine-server.ts';
import { createFaults } from './faults.ts';
import { createJournal } from './journal.ts';
import { type Listener, openListener } from './listener.ts';
import { createServedCounters } from './served-calls.ts';
import { createServiceServer, type Platform } from './service-server.ts';
import { createCounters } from './stand-in.ts';
import { addPresetSources } from './stand-ins/ingestion.ts';
import { standIns } from './stand-ins.ts';
import { createWork } from './work.ts';

/**
 * Starts a stand-in on 127.0.0.1 for every service of the catalogue. Jobs, faults and the journal are kept in the
 * database, so that a process that was killed goes on where it was. Rejects when a port is taken, with nothing left open.
 */
export async function startSimulatedPlatform(options: SimulatedPlatformOptions): Promise<SimulatedPlatform> {
  const { catalogue, portBase, clock = systemClock, delayScale = 1 } = options;
  const database = openDatabase(options.database);
  const faults = createFaults(database);
  const world = {
    work: createWork(database, faults, delayScale),
    counters: createCounters(database),
    services: catalogue.services.map((service) => service.name),
  };
  const containers = openContainers(database, catalogue, clock.now());
  const served = createServedCounters(database);
  const platform: Platform = { world, served, faults, journal: createJournal(database), clock, containers, delayScale };
  addPresetSources(world, clock.now());

  const listeners: Listener[] = [];
  const close = async () => {
    await Promise.all(listeners.map((listener) => listener.close()));
    database.close();
  };
  const open = async (server: ReturnType<typeof createServer>) => {
    const listener = await openListener(server, portBase === undefined ? 0 : portBase + listeners.length);
    listeners.push(listener);
    return listener;
  };
  try {
    const byService = new Map<string, Listener>();
    const applyReachability = serially(() => setReachability(byService, catalogue, { faults, containers }));
    const control = await open(createControlServer(platform, applyReachability));
    const engine = await open(createEngineServer({ containers, faults, clock, applyContainers: applyReachability }));
    byService.set(engineName, engine);
    const docker_host = `tcp://127.0.0.1:${engine.port}`;
    const services = [];
    for (const service of catalogue.services) {
      const isTcp = service.probe === 'tcp';
      const server = isTcp ? createServer() : createServiceServer(service, standIns[service.name], platform);
      const listener = await open(server);
      byService.set(service.name, listener);
      services.push({ ...service, url: `${isTcp ? 'tcp' : 'http'}://127.0.0.1:${listener.port}`, docker_host });
    }
    await applyReachability();
    return {
      catalogue: { services },
      controlUrl: `http://127.0.0.1:${control.port}`,
      engineUrl: `http://127.0.0.1:${engine.port}`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface SimulatedPlatformOptions {
  catalogue: Catalogue;
  /** Path of the SQLite file, or `:memory:`. One process at a time. */
  database: string;
  /** What all delays are multiplied with; 1 unless told, 0 makes every job ready at once. */
  delayScale?: number;
  clock?: Clock;
  /** Control listens here, the engine on the next port and the services on those that follow, in the catalogue's order; else on free ports. */
  portBase?: number;
}

export interface SimulatedPlatform {
  /** The catalogue with the `url` of each stand-in. */
  catalogue: Catalogue;
  controlUrl: string;
  /** The Docker Engine API of the simulated host, whose containers the services are. */
  engineUrl: string;
  /** Stops listening, breaks open connections and closes the database. */
  close(): Promise<void>;
}

/**
 * A service refuses connections while no container of its name runs, and, like the engine, while it is unreachable for
 * always and for every call.
 */
async function setReachability(
  listeners: ReadonlyMap<string, Listener>,
  { services }: Catalogue,
  { faults, containers }: Pick<Platform, 'faults' | 'containers'>,
): Promise<void> {
  const unreachable = faults
    .list()
    .filter((row) => row.fault === 'unreachable' && !row.match && row.remaining === null);
  const stopped = services.filter(({ container }) => containers.find(container)?.state !== 'running');
  const names = new Set([...unreachable.map(({ service }) => service), ...stopped.map(({ name }) => name)]);
  await Promise.all([...listeners].map(([name, listener]) => listener.setReachable(!names.has(name))));
}

/** Runs one call after the other, so that two changes at once end in the state of the later one. Each caller gets its own failure. */
function serially(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(work, work);
    return last;
  };
}
