import type { ContainerInspectInfo } from 'dockerode';
import {
  type ContainerEngine,
  ContainerMissing,
  ContainerRefused,
} from '../../../platform/containers/container-engine.ts';

/** A container as the stand-in keeps it: what inspection shows of it. */
export type MemoryContainer = ContainerInspectInfo;

export interface MemoryEngine extends ContainerEngine {
  /** Containers by name. */
  containers: Map<string, MemoryContainer>;
  /** The calls that changed something, in order. */
  calls: string[];
  /** Called before each call and after it; what it throws is thrown. */
  interrupt: (call: string, moment: 'before' | 'after') => void;
}

/** An engine of one host in memory, with the rules that matter to changes of containers; names are unique, as on a real one. */
export function memoryEngine(seed: Record<string, Partial<MemorySeed>> = {}): MemoryEngine {
  const containers = new Map<string, MemoryContainer>();
  let made = 0;
  let starts = 0;
  const startedAt = () => new Date(Date.parse('2025-01-01T00:00:00Z') + ++starts * 1000).toISOString();

  const found = (name: string): MemoryContainer => {
    const container = containers.get(name);
    if (!container) throw new ContainerMissing(`No such container: ${name}`, 'memory');
    return container;
  };
  const run = (container: MemoryContainer) => {
    container.State = { ...container.State, Running: true, Status: 'running', StartedAt: startedAt() };
  };
  const halt = (container: MemoryContainer) => {
    container.State = { ...container.State, Running: false, Status: 'exited' };
  };
  const add = (name: string, values: Partial<MemorySeed>) => {
    if (containers.has(name)) throw new ContainerRefused(`name in use: ${name}`, 'memory');
    made += 1;
    const Id = `${made}`.padStart(64, 'c');
    containers.set(name, containerOf(Id, name, values));
    return Id;
  };

  const call = async <T>(text: string, work: () => T): Promise<T> => {
    engine.interrupt(text, 'before');
    const result = work();
    engine.calls.push(text);
    engine.interrupt(text, 'after');
    return result;
  };

  const engine: MemoryEngine = {
    host: 'memory',
    containers,
    calls: [],
    interrupt: () => undefined,
    inspect: async (name) => structuredClone(containers.get(name)),
    usage: async () => ({ memoryBytes: 1024, cpuPercent: 1.5 }),
    create: (name, { options, imageId }) =>
      call(`create ${name}`, () =>
        add(name, {
          image: imageId,
          env: options.Env ?? [],
          limits: options.HostConfig ?? {},
          binds: options.HostConfig?.Binds ?? [],
          restartPolicy: options.HostConfig?.RestartPolicy?.Name ?? 'no',
        }),
      ),
    start: (name) =>
      call(`start ${name}`, () => {
        const container = found(name);
        if (!container.State.Running) run(container);
      }),
    stop: (name) =>
      call(`stop ${name}`, () => {
        const container = containers.get(name);
        if (container?.State.Running) halt(container);
      }),
    restart: (name) => call(`restart ${name}`, () => run(found(name))),
    rename: (name, to) =>
      call(`rename ${name} ${to}`, () => {
        const container = found(name);
        if (containers.has(to)) throw new ContainerRefused(`name in use: ${to}`, 'memory');
        containers.delete(name);
        containers.set(to, { ...container, Name: `/${to}` });
      }),
    update: (name, changes) =>
      call(`update ${name}`, () => {
        const { HostConfig } = found(name);
        if (changes.Memory !== undefined && changes.Memory < memoryMin)
          throw new ContainerRefused('Minimum memory limit allowed is 6MB', 'memory');
        Object.assign(HostConfig, changes);
      }),
    remove: (name) =>
      call(`remove ${name}`, () => {
        if (containers.get(name)?.State.Running) throw new ContainerRefused(`running: ${name}`, 'memory');
        containers.delete(name);
      }),
  };
  for (const [name, values] of Object.entries(seed)) {
    add(name, values);
    run(found(name));
  }
  return engine;
}

/** As engines have it. */
const memoryMin = 6 * 1024 ** 2;

interface MemorySeed {
  image: string;
  env: string[];
  limits: { Memory?: number | undefined; MemorySwap?: number | undefined; NanoCpus?: number | undefined };
  binds: string[];
  restartPolicy: string;
}

function containerOf(Id: string, name: string, values: Partial<MemorySeed>): MemoryContainer {
  const { image = 'sha256:image', env = [], limits = {}, binds = [], restartPolicy = 'unless-stopped' } = values;
  return {
    Id,
    Name: `/${name}`,
    Image: image,
    RestartCount: 0,
    State: { Status: 'created', Running: false, StartedAt: '0001-01-01T00:00:00Z' },
    Config: { Hostname: Id.slice(0, 12), Image: 'service:1', Env: env, Labels: {} },
    HostConfig: {
      Memory: limits.Memory ?? 0,
      MemorySwap: limits.MemorySwap ?? 0,
      NanoCpus: limits.NanoCpus ?? 0,
      Binds: binds,
      RestartPolicy: { Name: restartPolicy },
      NetworkMode: 'platform',
    },
    NetworkSettings: { Networks: { platform: { Aliases: ['service', Id.slice(0, 12)] } } },
    Mounts: [],
  } as unknown as MemoryContainer;
}
