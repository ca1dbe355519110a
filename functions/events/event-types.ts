import * as z from 'zod';
import { idOf, utcTimestamp } from '../core/schemas.ts';
import { stageNames } from '../core/settings.ts';

const pipelineFields = {
  pipeline_id: idOf('pipe'),
  repo_url: z.string(),
  branch: z.string(),
};

/** `unknown`: not yet probed, or the last probe is too old. */
export const serviceStatuses = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const;

/** What a restart does to the container: restarts it, changes its limits first, or replaces it by one with other variables. */
export const restartActions = ['restart', 'update', 'recreate'] as const;

/**
 * How a restart ended: healthy again; healthy again as it was before the change; not healthy in time, with nothing to go
 * back to; or broken off, because the container or its host could not be worked with.
 */
export const restartOutcomes = ['restarted', 'rolled_back', 'not_healthy', 'failed'] as const;

/**
 * How a refresh ended. `failed`: nothing could be done, since no plan could be made, all sources failed or the refresh was
 * broken off. `completed_with_errors`: a source, a collection or the caches failed.
 */
export const refreshEnds = ['completed', 'completed_with_errors', 'failed'] as const;

const count = z.int().min(0);

/** What became of the sources of a refresh. */
export const refreshCounts = {
  checked: count.describe('Sources whose freshness was looked at.'),
  ingested: count.describe('Sources that were ingested again.'),
  unchanged: count.describe('Sources that were not stale and were left as they are.'),
  deleted: count.describe('Sources that are not there any more.'),
  errors: count.describe('Sources that could not be ingested.'),
};

/**
 * What events are about. Events about one resource share a sequence: `idField` is the field of `data` that tells which
 * one it is, and `keptDays` says, of resources that end, how long after its last event the sequence is remembered.
 */
export const eventResources = {
  /** A running pipeline is without an event for a stage's deadline, a week at the longest. */
  pipeline: { idField: 'pipeline_id', keptDays: 90 },
  service: { idField: 'service' },
  webhook: { idField: 'webhook_id' },
  /** An execution ends within days, and has one event. */
  execution: { idField: 'execution_id', keptDays: 90 },
  /** A refresh ends within days, and has one event. */
  refresh: { idField: 'refresh_id', keptDays: 90 },
  source: { idField: 'source_id' },
} as const satisfies Record<string, { idField: string; keptDays?: number }>;

export type EventResource = keyof typeof eventResources;

/** A type's `data` has the field that tells its resource. */
type EventTypeSpec = {
  [R in EventResource]: {
    summary: string;
    resource: R;
    data: z.ZodObject<Record<(typeof eventResources)[R]['idField'], z.ZodString>>;
  };
}[EventResource];

const durationMs = z.int().min(0);

const executionFields = {
  workflow_id: idOf('wf'),
  execution_id: idOf('exec'),
  name: z.string().describe("The workflow's."),
  version: z.int().min(1).describe('Of its definition.'),
  trigger: z.enum(['manual', 'webhook', 'event', 'schedule']),
  chain: z.array(z.string()).describe('The workflows whose ends led to it, oldest first, its own last.'),
  duration_ms: durationMs,
  steps: z.object({ completed: z.int().min(0), failed: z.int().min(0), skipped: z.int().min(0) }),
};

/** Every event type with what it is about and the schema of its `data`. docs/events.md and the schemas of events derive from it. */
export const eventTypes = {
  'pipeline.started': {
    summary: 'A pipeline began.',
    resource: 'pipeline',
    data: z.object({ ...pipelineFields, task: z.string(), stages: z.array(z.enum(stageNames)) }),
  },
  'pipeline.stage.completed': {
    summary: 'A stage finished; `status` tells whether it passed its gate.',
    resource: 'pipeline',
    data: z.object({
      ...pipelineFields,
      stage: z.enum(stageNames),
      status: z.enum(['completed', 'failed']),
      iteration: z.int().min(1),
      duration_ms: durationMs,
      reasons: z.array(z.string()),
    }),
  },
  'pipeline.completed': {
    summary: 'All stages of a pipeline passed.',
    resource: 'pipeline',
    data: z.object({ ...pipelineFields, iteration: z.int().min(1), duration_ms: durationMs }),
  },
  'pipeline.failed': {
    summary: 'A pipeline failed at a stage.',
    resource: 'pipeline',
    data: z.object({
      ...pipelineFields,
      iteration: z.int().min(1),
      duration_ms: durationMs,
      error: z.object({
        code: z.string(),
        stage: z.enum(stageNames).nullable(),
        message: z.string(),
        retryable: z.boolean(),
      }),
    }),
  },
  'pipeline.cancelled': {
    summary: 'A pipeline ended because its cancellation was asked for.',
    resource: 'pipeline',
    data: z.object({ ...pipelineFields, iteration: z.int().min(1), duration_ms: durationMs }),
  },
  'service.health_changed': {
    summary: "A service's health changed, confirmed by repeated probes.",
    resource: 'service',
    data: z.object({
      service: z.string(),
      from: z.enum(serviceStatuses),
      to: z.enum(serviceStatuses),
      reason: z.string().describe('What the last probe saw.'),
      root_cause: z
        .string()
        .nullable()
        .describe('The failing dependency deepest in the graph that explains it; null when the fault is its own.'),
      impacted: z.array(z.string()).describe('The services that depend on it, directly or not.'),
    }),
  },
  'service.restarted': {
    summary: 'A restart of a service ended; `outcome` tells how.',
    resource: 'service',
    data: z.object({
      service: z.string(),
      operation_id: idOf('op'),
      action: z.enum(restartActions),
      outcome: z.enum(restartOutcomes),
      duration_ms: durationMs,
      config_revision: z.int().nullable().describe('The revision of its configuration that was to be applied, if any.'),
      reason: z.string().nullable().describe('Why it did not go as asked.'),
    }),
  },
  'service.config.changed': {
    summary: "A service's configuration was changed; it applies at the next restart.",
    resource: 'service',
    data: z.object({
      service: z.string(),
      revision: z.int().min(1),
      environment: z.array(z.string()).describe('Names of the variables that were set or removed.'),
      resources: z.array(z.enum(['memory_limit', 'cpu_limit'])),
    }),
  },
  'webhook.disabled': {
    summary: 'A webhook was disabled, because nobody takes what is sent to it.',
    resource: 'webhook',
    data: z.object({
      webhook_id: idOf('wh'),
      reason: z
        .enum(['gone', 'failing'])
        .describe('`gone`: it answered 410. `failing`: for five days nothing could be delivered.'),
      failing_since: utcTimestamp
        .nullable()
        .describe(
          'The first of the failures without a success in between; null when it was taking deliveries until then.',
        ),
    }),
  },
  'knowledge.refreshed': {
    summary: 'A refresh of the knowledge layer ended; `status` tells how.',
    resource: 'refresh',
    data: z.object({
      refresh_id: idOf('ref'),
      status: z.enum(refreshEnds),
      duration_ms: durationMs,
      ...refreshCounts,
      left_out: z.int().min(0).describe('Sources that were to be ingested, and were too many for one refresh.'),
      error: z.object({ code: z.string(), message: z.string() }).nullable().describe('Why it failed; null otherwise.'),
    }),
  },
  'knowledge.source.stale': {
    summary: 'A source of the knowledge layer became stale: what was ingested is older than the source.',
    resource: 'source',
    data: z.object({
      source_id: z.string().describe('The id that knowledge-ingestor gave it.'),
      source_url: z.string().nullable(),
      collection: z.string().nullable(),
      last_ingested_at: utcTimestamp.nullable(),
    }),
  },
  'workflow.completed': {
    summary: 'An execution of a workflow ended well; steps may have been skipped.',
    resource: 'execution',
    data: z.object({ ...executionFields }),
  },
  'workflow.failed': {
    summary: 'An execution of a workflow failed, or was cancelled: its `error` has the code `CANCELLED` then.',
    resource: 'execution',
    data: z.object({
      ...executionFields,
      error: z.object({
        code: z.string(),
        step: z.string().nullable().describe('The first step that failed.'),
        message: z.string(),
      }),
    }),
  },
} as const satisfies Record<string, EventTypeSpec>;

export type EventType = keyof typeof eventTypes;
export type EventData<T extends EventType> = z.input<(typeof eventTypes)[T]['data']>;

export const eventTypeNames = Object.keys(eventTypes) as [EventType, ...EventType[]];
