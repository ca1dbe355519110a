import { bytesOfSize, nanoCpusOf } from './container-limits.ts';
import { maskedChange } from './secrecy.ts';

/** Variables and limits to set, or with null to remove. What is left out stays as it is. */
export interface ConfigChange {
  environment: Record<string, string | null>;
  resources: { memory_limit?: string | null; cpu_limit?: string | null };
}

/** One change as its history shows it. Its secrets are masked: their values stand only where they are still needed. */
export interface ConfigRevision extends ConfigChange {
  revision: number;
  status: 'pending' | 'applied' | 'failed' | 'superseded';
  changedMs: number;
  settledMs?: number;
  operationId?: string;
  reason?: string;
}

/** What is stored of a service's configuration. Times are epoch ms. */
export interface StoredConfig {
  service: string;
  /** The newest revision; 0 before the first. */
  revision: number;
  /** All that restarts have applied. */
  applied: ConfigChange;
  /** What no restart has taken on yet. */
  waiting?: ConfigChange;
  /** The last restart that asked what to apply. It has a `change` until that is applied or has failed. */
  attempt?: { operationId: string; revision: number | null; change?: ConfigChange };
  /** Newest first, bounded. */
  revisions: ConfigRevision[];
  /** The newest revision whose event is known to be published. */
  announcedRevision: number;
  /** Grows with each write; a write names the one that it changes. */
  writes: number;
}

/** What a restart has to apply: all that is desired, and the newest revision in it that is not applied, if any. */
export interface Applying {
  revision: number | null;
  desired: ConfigChange;
}

const noChange: ConfigChange = { environment: {}, resources: {} };

/** The configuration of a service that nobody has changed. */
export function newConfig(service: string): StoredConfig {
  return { service, revision: 0, applied: noChange, revisions: [], announcedRevision: 0, writes: 0 };
}

/** All that users have configured, without what failed. */
export function desiredConfig({ applied, attempt, waiting }: StoredConfig): ConfigChange {
  return merged(applied, attempt?.change, waiting);
}

/**
 * What the next restart will change of what restarts have applied; undefined: nothing. A removal of what none has applied
 * counts, since the image may bring it. So does what takes back a change that a restart is applying now.
 */
export function pendingChange(config: StoredConfig): ConfigChange | undefined {
  const change = unsettledChange(config);
  if (!change) return undefined;
  const possible = [config.applied, merged(config.applied, config.attempt?.change)];
  const environment = Object.entries(change.environment).filter(
    ([name, value]) => !possible.every((each) => hasVariable(each, name, value)),
  );
  const resources = limits.filter((limit) => !possible.every((each) => hasLimit(each, limit, change.resources[limit])));
  if (environment.length + resources.length === 0) return undefined;
  return {
    environment: Object.fromEntries(environment),
    resources: Object.fromEntries(resources.map((limit) => [limit, change.resources[limit]])),
  };
}

/** All of the revisions that are pending, also what changes nothing any more. */
function unsettledChange({ attempt, waiting }: StoredConfig): ConfigChange | undefined {
  return attempt?.change || waiting ? merged(attempt?.change, waiting) : undefined;
}

/** The configuration with a change as its newest revision; as it was when all of the change is desired already. */
export function withChange(config: StoredConfig, change: ConfigChange, nowMs: number): StoredConfig {
  if (isWithin(change, desiredConfig(config))) return config;
  const revision = config.revision + 1;
  const latest: ConfigRevision = { ...maskedChange(change), revision, status: 'pending', changedMs: nowMs };
  return {
    ...config,
    revision,
    waiting: merged(config.waiting, change),
    revisions: bounded([latest, ...config.revisions]),
  };
}

/**
 * The configuration with all that is pending taken on by a restart, also what an earlier restart took on and never
 * settled; as it was when this restart has asked before, so that changes that come later wait for the next one.
 */
export function withApplying(config: StoredConfig, operationId: string): StoredConfig {
  if (config.attempt?.operationId === operationId) return config;
  const { waiting: _, ...rest } = config;
  const change = unsettledChange(config);
  if (!change) return { ...rest, attempt: { operationId, revision: null } };
  return {
    ...rest,
    attempt: { operationId, revision: config.revision, change },
    revisions: config.revisions.map((entry) => (entry.status === 'pending' ? { ...entry, operationId } : entry)),
  };
}

/** What the last restart that asked has to apply, the same however often it asks while that is not settled. */
export function applyingOf({ applied, attempt }: StoredConfig): Applying {
  return { revision: attempt?.revision ?? null, desired: merged(applied, attempt?.change) };
}

/** The configuration with what this restart took on applied; as it was when that is settled or another restart has it. */
export function withApplied(config: StoredConfig, operationId: string, nowMs: number): StoredConfig {
  const { change, attempt } = openAttempt(config, operationId);
  if (!change) return config;
  const overridden = { environment: new Set<string>(), resources: new Set<string>() };
  const revisions = config.revisions.map((entry): ConfigRevision => {
    if (!isTakenOn(entry, operationId)) return entry;
    const status = isOverridden(entry, overridden) ? 'superseded' : 'applied';
    for (const name of Object.keys(entry.environment)) overridden.environment.add(name);
    for (const name of Object.keys(entry.resources)) overridden.resources.add(name);
    return { ...entry, status, settledMs: nowMs };
  });
  return { ...config, applied: merged(config.applied, change), attempt, revisions };
}

/** The configuration without what this restart took on; as it was when that is settled or another restart has it. */
export function withFailed(
  config: StoredConfig,
  operationId: string,
  failure: { reason: string; nowMs: number },
): StoredConfig {
  const { change, attempt } = openAttempt(config, operationId);
  if (!change) return config;
  const { reason, nowMs: settledMs } = failure;
  const revisions = config.revisions.map(
    (entry): ConfigRevision =>
      isTakenOn(entry, operationId) ? { ...entry, status: 'failed', settledMs, reason } : entry,
  );
  return { ...config, attempt, revisions };
}

/**
 * The configuration with what this restart took on left to the next one, since it was neither applied nor is to blame; as it
 * was when that is settled or another restart has it.
 */
export function withLeftPending(config: StoredConfig, operationId: string): StoredConfig {
  const { change } = openAttempt(config, operationId);
  if (!change) return config;
  const revisions = config.revisions.map((entry): ConfigRevision => {
    const { operationId: _, ...rest } = entry;
    return isTakenOn(entry, operationId) ? rest : entry;
  });
  return { ...config, waiting: merged(change, config.waiting), attempt: { operationId, revision: null }, revisions };
}

/** The revisions whose event may not have been published yet, oldest first. */
export function unannouncedRevisions({ revisions, announcedRevision }: StoredConfig): ConfigRevision[] {
  return revisions.filter(({ revision }) => revision > announcedRevision).reverse();
}

/** The configuration with the events of all revisions up to this one published. */
export function withAnnounced(config: StoredConfig, revision: number): StoredConfig {
  return config.announcedRevision >= revision ? config : { ...config, announcedRevision: revision };
}

/**
 * Most bytes of all that is applied and pending together. With the history it stays below the 400 KB of an item, and it
 * is more than an environment ever needs: a process takes some 2 MB at most, and real ones have a few kB.
 */
export const changesBytesMax = 128 * 1024;

/** Whether the configuration holds more than can be stored. Only a change makes it grow; applying and failing do not. */
export function isTooLarge({ applied, attempt, waiting }: StoredConfig): boolean {
  const bytes = [applied, attempt?.change, waiting].map((change) => (change ? bytesOf(change) : 0));
  return bytes.reduce((sum, each) => sum + each, 0) > changesBytesMax;
}

/** As many as the API shows. */
const revisionsMax = 20;
const historyBytesMax = 96 * 1024;

/** The newest revisions, as many as fit; the newest one always does. */
function bounded(revisions: ConfigRevision[]): ConfigRevision[] {
  let bytes = 0;
  return revisions.slice(0, revisionsMax).filter((revision, index) => {
    bytes += bytesOf(revision);
    return index === 0 || bytes <= historyBytesMax;
  });
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function merged(...changes: (ConfigChange | undefined)[]): ConfigChange {
  return {
    environment: Object.assign({}, ...changes.map((change) => change?.environment)),
    resources: Object.assign({}, ...changes.map((change) => change?.resources)),
  };
}

function isWithin(change: ConfigChange, desired: ConfigChange): boolean {
  return (
    Object.entries(change.environment).every(([name, value]) => hasVariable(desired, name, value)) &&
    limits.every((limit) => hasLimit(desired, limit, change.resources[limit]))
  );
}

function hasVariable({ environment }: ConfigChange, name: string, value: string | null): boolean {
  return Object.hasOwn(environment, name) && environment[name] === value;
}

/** How much each limit is: `2` and `2.0` are one number of processors, `1g` and `1024m` one size. */
const amounts = { memory_limit: bytesOfSize, cpu_limit: nanoCpusOf };
const limits = ['memory_limit', 'cpu_limit'] as const;

/** Undefined is a limit that nobody asks for. */
function hasLimit({ resources }: ConfigChange, limit: keyof typeof amounts, wanted: string | null | undefined) {
  const known = resources[limit];
  if (wanted === undefined || wanted === known) return true;
  return typeof wanted === 'string' && typeof known === 'string' && amounts[limit](wanted) === amounts[limit](known);
}

function openAttempt({ attempt }: StoredConfig, operationId: string) {
  if (attempt?.operationId !== operationId || !attempt.change) return {};
  const { change, ...settled } = attempt;
  return { change, attempt: settled };
}

function isTakenOn({ status, operationId }: ConfigRevision, byOperation: string): boolean {
  return status === 'pending' && operationId === byOperation;
}

function isOverridden(
  { environment, resources }: ConfigChange,
  later: Record<'environment' | 'resources', Set<string>>,
): boolean {
  const isLater = (part: 'environment' | 'resources') => (name: string) => later[part].has(name);
  return Object.keys(environment).every(isLater('environment')) && Object.keys(resources).every(isLater('resources'));
}
