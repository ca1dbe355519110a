import type Docker from 'dockerode';
import type { ContainerUsage } from './container-engine.ts';

/**
 * What `docker stats` shows, from the same figures: memory without the page cache that can be given back, and the
 * processor's share between the engine's two samples, a second apart. Null is what the engine did not tell.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStats
 */
export function usageOf({ memory_stats, cpu_stats, precpu_stats }: Partial<Docker.ContainerStats>): ContainerUsage {
  return { memoryBytes: memoryBytes(memory_stats), cpuPercent: cpuPercent(cpu_stats, precpu_stats) };
}

/** The cache is `inactive_file` under cgroups 2 and `total_inactive_file` under cgroups 1. */
function memoryBytes(memory: Partial<Docker.MemoryStats> | undefined): number | null {
  if (memory?.usage === undefined) return null;
  const details: Record<string, number | undefined> = { ...memory.stats };
  const cache = details['total_inactive_file'] ?? details['inactive_file'] ?? 0;
  return Math.max(0, memory.usage - cache);
}

function cpuPercent(
  now: Partial<Docker.CPUStats> | undefined,
  before: Partial<Docker.CPUStats> | undefined,
): number | null {
  const total = now?.cpu_usage?.total_usage;
  const system = now?.system_cpu_usage;
  if (total === undefined || system === undefined || before?.system_cpu_usage === undefined) return null;
  const systemDelta = system - before.system_cpu_usage;
  const ownDelta = total - (before.cpu_usage?.total_usage ?? 0);
  if (systemDelta <= 0 || ownDelta < 0) return null;
  const processors = now?.online_cpus || now?.cpu_usage?.percpu_usage?.length || 1;
  return Math.round((ownDelta / systemDelta) * processors * 10_000) / 100;
}
