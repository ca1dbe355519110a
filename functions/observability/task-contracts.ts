import { defineTask, type TaskContract } from '../core/contract.ts';

export const recordReadingsTask = defineTask({
  name: 'record-readings',
  domain: 'observability',
  summary: 'Adds what functions measured to the figures of the minute.',
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

export const closeHoursTask = defineTask({
  name: 'close-hours',
  domain: 'observability',
  summary: 'Brings the figures of minutes into those of hours, once an hour is over.',
  trigger: { type: 'schedule', everyMinutes: 5 },
  timeoutMs: 120_000,
  access: { tables: { metrics: 'read-write' } },
});

export const observabilityTasks: readonly TaskContract[] = [recordReadingsTask, measureEventsTask, closeHoursTask];
