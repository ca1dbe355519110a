import type { ContainerInspectInfo } from 'dockerode';
import {
  type ContainerLimits,
  ContainerRefused,
  type RestartPolicy,
} from '../../platform/containers/container-engine.ts';
import { bytesOfSize, type ConfigChange, nanoCpusOf, variablesOf } from '../config/contract.ts';

/** What a restart does to a container, and how that was before, so that it can be done again and undone. Plain JSON. */
export interface ContainerPlan {
  /** `update`: new limits, then a restart. `recreate`: another container in its place. */
  action: 'restart' | 'update' | 'recreate';
  /** As the engine writes it; one that has another start has been restarted. */
  startedAtBefore: string;
  /** The limits that are changed, as they were; 0 is none. */
  limitsBefore: ContainerLimits;
  restartPolicy: RestartPolicy;
}

/**
 * How the container becomes what is desired: restarted where it is that already, updated where only limits are to be set,
 * replaced otherwise. Taking a limit away needs a new container, as no engine does it to one that is there. Throws
 * {@link ContainerRefused} for a change of a container that its engine removes as soon as it stops.
 */
export function containerPlan(inspect: ContainerInspectInfo, desired: ConfigChange, host: string): ContainerPlan {
  const { HostConfig, State, Name } = inspect;
  const action = actionFor(inspect, desired);
  if (action !== 'restart' && HostConfig.AutoRemove) {
    const name = Name.replace(/^\//, '');
    const message = `The container ${name} is removed when it stops (AutoRemove), so a change of it could not be undone`;
    throw new ContainerRefused(message, host);
  }
  return {
    action,
    startedAtBefore: State.StartedAt,
    limitsBefore: limitsBefore(inspect, desired),
    restartPolicy: HostConfig.RestartPolicy ?? { Name: 'no' },
  };
}

/** The limits that are desired and not so, in the engine's terms; 0 is one to be taken away. */
export function limitChanges(
  inspect: Pick<ContainerInspectInfo, 'HostConfig'>,
  { resources }: ConfigChange,
): ContainerLimits {
  const before = limitsOf(inspect);
  const { memory_limit, cpu_limit } = resources;
  const Memory = memory_limit === null ? 0 : memory_limit === undefined ? before.Memory : bytesOfSize(memory_limit);
  const NanoCpus = cpu_limit === null ? 0 : cpu_limit === undefined ? before.NanoCpus : nanoCpusOf(cpu_limit);
  const isQuotaInTheWay = cpu_limit !== undefined && hasQuota(inspect);
  return {
    ...(Memory === before.Memory ? {} : { Memory, MemorySwap: swapFor(Memory, before) }),
    ...(NanoCpus === before.NanoCpus && !isQuotaInTheWay ? {} : { NanoCpus }),
  };
}

/** The container's limits, 0 for none. */
function limitsOf({ HostConfig }: Pick<ContainerInspectInfo, 'HostConfig'>): Required<ContainerLimits> {
  const { Memory, MemorySwap, NanoCpus } = HostConfig;
  return { Memory: Memory ?? 0, MemorySwap: MemorySwap ?? 0, NanoCpus: NanoCpus ?? 0 };
}

function limitsBefore(inspect: ContainerInspectInfo, desired: ConfigChange): ContainerLimits {
  const before = limitsOf(inspect);
  const changed = Object.keys(limitChanges(inspect, desired)) as (keyof ContainerLimits)[];
  return Object.fromEntries(changed.map((limit) => [limit, before[limit]]));
}

/** The older way to limit processors, which an engine does not take beside the newer. */
function hasQuota({ HostConfig }: Pick<ContainerInspectInfo, 'HostConfig'>): boolean {
  return (HostConfig.CpuQuota ?? 0) > 0 || (HostConfig.CpuPeriod ?? 0) > 0;
}

function actionFor(inspect: ContainerInspectInfo, desired: ConfigChange): ContainerPlan['action'] {
  if (differs(inspect.Config.Env, desired.environment)) return 'recreate';
  const { Memory, NanoCpus } = limitChanges(inspect, desired);
  if (Memory === undefined && NanoCpus === undefined) return 'restart';
  const isQuotaInTheWay = NanoCpus !== undefined && hasQuota(inspect);
  return Memory === 0 || NanoCpus === 0 || isQuotaInTheWay ? 'recreate' : 'update';
}

function differs(lines: string[], desired: ConfigChange['environment']): boolean {
  const present = variablesOf(lines);
  return Object.entries(desired).some(([name, value]) => (present.get(name) ?? null) !== value);
}

/**
 * Memory and swap together: as much swap beside the memory as before. Where nobody said how much, the engine's own rule,
 * twice the memory; -1 stays without a bound.
 */
function swapFor(memory: number, before: Required<ContainerLimits>): number {
  if (memory === 0) return 0;
  if (before.MemorySwap < 0) return -1;
  const isByRule = before.Memory === 0 || before.MemorySwap === 0 || before.MemorySwap === 2 * before.Memory;
  return isByRule ? 2 * memory : memory + before.MemorySwap - before.Memory;
}
