import { defineTask, type TaskContract } from '../core/contract.ts';

export const recordReadingsTask = defineTask({
  name: 'record-readings',
  domain: 'observability',
  summary: 'Stores what functions measured, so that it counts.',
  trigger: { type: 'readings' },
  timeoutMs: 30_000,
  access: { tables: { metrics: 'read-write' } },
});

export const measureEventsTask = defineTask({
  name: 'measure-events',
  domain: 'observability',
  summary: 'Counts pipelines, stages and executions by their events.',
  trigger: { type: 'queue', queue: 'measured-events' },
  timeoutMs: 30_000,
  access: { tables: { metrics: 'read-write' } },
});

export const foldReadingsTask = defineTask({
  name: 'fold-readings',
  domain: 'observability',
  summary: 'Brings recorded readings into the figures of minutes, hours and in all.',
  trigger: { type: 'schedule', everyMinutes: 1 },
  timeoutMs: 55_000,
  access: { tables: { metrics: 'read-write-delete' } },
});

export const scrapeServicesTask = defineTask({
  name: 'scrape-services',
  domain: 'observability',
  summary: 'Reads the metrics of every service and records what it did since the last time.',
  trigger: { type: 'schedule', everyMinutes: 1, everySeconds: 'scrapeIntervalSeconds' },
  timeoutMs: 75_000,
  access: { tables: { metrics: 'read-write' }, services: 'all' },
});

export const observabilityTasks: readonly TaskContract[] = [
  recordReadingsTask,
  measureEventsTask,
  foldReadingsTask,
  scrapeServicesTask,
];
