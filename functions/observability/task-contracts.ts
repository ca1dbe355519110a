import type { TaskContract } from '../core/contract.ts';

export const scrapeServicesTask: TaskContract = {
  name: 'scrape-services',
  domain: 'observability',
  summary: 'Reads the metrics of every service and records what it did since the last time.',
  trigger: { type: 'schedule', everyMinutes: 1, everySeconds: 'scrapeIntervalSeconds' },
  timeoutMs: 75_000,
  access: { tables: { metrics: 'read-write' }, services: 'all' },
};

export const observabilityTasks: readonly TaskContract[] = [scrapeServicesTask];
