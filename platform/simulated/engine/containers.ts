import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Catalogue } from '../../catalogue.ts';

/** A container as the stand-in keeps it: what it was made of, and its state. Times are epoch ms. */
export interface SimulatedContainer {
  id: string;
  name: string;
  image: string;
  createdMs: number;
  config: { Env: string[]; Labels: Record<string, string> } & Record<string, unknown>;
  hostConfig: Record<string, unknown>;
  networks: Record<string, { Aliases?: string[] | null } & Record<string, unknown>>;
  state: 'created' | 'running' | 'exited';
  startedMs: number | null;
  finishedMs: number | null;
  restarts: number;
}

/** The containers of the simulated host. They are kept in the database, so that a restart of the process keeps them. */
export interface SimulatedContainers {
  /** By name or id, the short form of the id included. */
  find(nameOrId: string): SimulatedContainer | undefined;
  /** In the order in which they were made. */
  list(): SimulatedContainer[];
  save(container: SimulatedContainer): void;
  remove(id: string): void;
}

/** Opens the host's containers. At first there is one for each service, running. */
export function openContainers(database: DatabaseSync, { services }: Catalogue, nowMs: number): SimulatedContainers {
  const all = database.prepare('SELECT record FROM containers ORDER BY number');
  const put = database.prepare(
    'INSERT INTO containers (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record',
  );
  const drop = database.prepare('DELETE FROM containers WHERE id = ?');
  const known = new Map<string, SimulatedContainer>();
  for (const row of all.all()) {
    const container = JSON.parse(String(row['record'])) as SimulatedContainer;
    known.set(container.id, container);
  }
  const containers: SimulatedContainers = {
    find(nameOrId) {
      const every = [...known.values()];
      const isId = (id: string) => nameOrId.length >= 12 && id.startsWith(nameOrId);
      return every.find(({ name }) => name === nameOrId) ?? every.find(({ id }) => isId(id));
    },
    list: () => [...known.values()],
    save(container) {
      put.run(container.id, JSON.stringify(container));
      known.set(container.id, container);
    },
    remove(id) {
      drop.run(id);
      known.delete(id);
    },
  };
  if (known.size === 0)
    for (const { name, container } of services) containers.save(newContainer(container, name, nowMs));
  return containers;
}

/** The value of an environment variable, or undefined. */
export function variable({ config }: SimulatedContainer, name: string): string | undefined {
  return config.Env.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** The id of an image by its name: the same one each time. */
export function imageId(image: string): string {
  return `sha256:${createHash('sha256').update(image).digest('hex')}`;
}

function newContainer(name: string, service: string, nowMs: number): SimulatedContainer {
  const image = `${name}:simulated`;
  return {
    id: createHash('sha256').update(`${name} ${nowMs}`).digest('hex'),
    name,
    image,
    createdMs: nowMs,
    config: {
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'TZ=UTC'],
      Labels: { 'org.opencontainers.image.version': '1.0.0-simulated' },
      Cmd: ['serve'],
    },
    hostConfig: { Memory: 0, NanoCpus: 0, RestartPolicy: { Name: 'unless-stopped' }, NetworkMode: 'omni-network' },
    networks: { 'omni-network': { Aliases: [service] } },
    state: 'running',
    startedMs: nowMs,
    finishedMs: null,
    restarts: 0,
  };
}
