import type { ContainerInspectInfo } from 'dockerode';
import { isoTime } from '../core/schemas.ts';
import { variablesOf } from './container-environment.ts';
import type { EffectiveConfigView, ServiceConfigView } from './contract.ts';
import { maskedChange, maskedValue } from './secrecy.ts';
import { type ConfigRevision, pendingChange, type StoredConfig } from './service-config.ts';

/** What users changed of a service's configuration as the API shows it, secrets masked. */
export function serviceConfigView(config: StoredConfig): ServiceConfigView {
  const pending = pendingChange(config);
  return {
    service: config.service,
    revision: config.revision,
    configured: maskedChange(config.applied),
    pending: pending ? maskedChange(pending) : null,
    revisions: config.revisions.map(revisionView),
  };
}

/** What a container runs with as the API shows it, secrets masked. */
export function effectiveConfigView(inspect: Pick<ContainerInspectInfo, 'Config' | 'HostConfig'>): EffectiveConfigView {
  const variables = [...variablesOf(inspect.Config.Env)].map(([name, value]) => [name, maskedValue(name, value)]);
  return { environment: Object.fromEntries(variables), resources: limitsOf(inspect.HostConfig) };
}

function revisionView(entry: ConfigRevision) {
  return {
    ...maskedChange(entry),
    revision: entry.revision,
    status: entry.status,
    changed_at: isoTime(entry.changedMs),
    settled_at: entry.settledMs === undefined ? null : isoTime(entry.settledMs),
    operation_id: entry.operationId ?? null,
    reason: entry.reason ?? null,
  };
}

/** The engine counts in bytes and billionths of a processor, where 0 is no limit; older containers have a quota instead. */
function limitsOf({ Memory = 0, NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0 }: ContainerInspectInfo['HostConfig']) {
  const quota = CpuQuota > 0 ? CpuQuota / (CpuPeriod || cpuPeriodDefault) : 0;
  const processors = NanoCpus > 0 ? NanoCpus / 1e9 : quota;
  return {
    memory_limit: Memory > 0 ? sizeText(Memory) : null,
    cpu_limit: processors > 0 ? processorsText(processors) : null,
  };
}

/** In microseconds, as the engine sets it where a container names none. */
const cpuPeriodDefault = 100_000;

/** The size in the largest unit that has it as a whole number. */
function sizeText(bytes: number): string {
  const units = [
    ['g', 1024 ** 3],
    ['m', 1024 ** 2],
    ['k', 1024],
  ] as const;
  const unit = units.find(([, size]) => bytes % size === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : `${bytes}b`;
}

function processorsText(processors: number): string {
  return Number.isInteger(processors) ? processors.toFixed(1) : String(Number(processors.toFixed(3)));
}
