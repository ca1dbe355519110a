import { defineTask, type TaskContract } from '../core/contract.ts';

/** Room for the three tries that a call has, at the longest time limit that can be set, and their pauses. */
const upstreamMs = 120_000;

export const planRefreshTask = defineTask({
  name: 'plan-refresh',
  domain: 'knowledge',
  summary: 'Asks which sources are stale and decides what a refresh does.',
  trigger: { type: 'state-machine', machine: 'knowledge-refresh', placeholder: 'PlanRefreshFunction' },
  timeoutMs: 180_000,
  access: { tables: { knowledge: 'read-write' }, services: ['freshness-monitor', 'knowledge-ingestor'] },
});

export const ingestSourceTask = defineTask({
  name: 'ingest-source',
  domain: 'knowledge',
  summary: 'Has a source ingested again, or asks how that stands.',
  trigger: { type: 'state-machine', machine: 'knowledge-refresh', placeholder: 'IngestSourceFunction' },
  timeoutMs: upstreamMs,
  access: { tables: { knowledge: 'read-write' }, services: ['knowledge-ingestor'] },
});

export const checkCollectionsTask = defineTask({
  name: 'check-collections',
  domain: 'knowledge',
  summary: 'Looks at the collections after the sources were ingested.',
  trigger: { type: 'state-machine', machine: 'knowledge-refresh', placeholder: 'CheckCollectionsFunction' },
  timeoutMs: upstreamMs,
  access: { tables: { knowledge: 'read-write' }, services: ['vector-memory'] },
});

export const rebuildCachesTask = defineTask({
  name: 'rebuild-caches',
  domain: 'knowledge',
  summary: 'Drops what the semantic cache holds, and warms it.',
  trigger: { type: 'state-machine', machine: 'knowledge-refresh', placeholder: 'RebuildCachesFunction' },
  timeoutMs: 180_000,
  access: { tables: { knowledge: 'read-write' }, services: ['semantic-cache'] },
});

export const finishRefreshTask = defineTask({
  name: 'finish-refresh',
  domain: 'knowledge',
  summary: "Records a refresh's end, announces it and lets the next one in.",
  trigger: { type: 'state-machine', machine: 'knowledge-refresh', placeholder: 'FinishRefreshFunction' },
  timeoutMs: 30_000,
  access: { tables: { knowledge: 'read-write', locks: 'delete' }, bus: true },
});

export const reconcileRefreshesTask = defineTask({
  name: 'reconcile-refreshes',
  domain: 'knowledge',
  summary: 'Starts refreshes that were never started, and ends those that broke off.',
  trigger: { type: 'schedule', everyMinutes: 5 },
  timeoutMs: 60_000,
  access: {
    tables: { knowledge: 'read-write', locks: 'delete' },
    machines: { 'knowledge-refresh': 'start-describe' },
    bus: true,
  },
});

export const checkFreshnessTask = defineTask({
  name: 'check-freshness',
  domain: 'knowledge',
  summary: 'Announces sources of the knowledge layer that became stale.',
  trigger: { type: 'schedule', everyMinutes: 5 },
  timeoutMs: upstreamMs,
  access: { tables: { knowledge: 'read-write' }, services: ['freshness-monitor'], bus: true },
});

export const knowledgeTasks: readonly TaskContract[] = [
  planRefreshTask,
  ingestSourceTask,
  checkCollectionsTask,
  rebuildCachesTask,
  finishRefreshTask,
  reconcileRefreshesTask,
  checkFreshnessTask,
];
