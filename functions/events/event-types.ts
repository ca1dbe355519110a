import * as z from 'zod';
import { idOf } from '../core/schemas.ts';
import { stageNames } from '../core/settings.ts';

const pipelineFields = {
  pipeline_id: idOf('pipe'),
  repo_url: z.string(),
  branch: z.string(),
};

const durationMs = z.int().min(0);

/** Every event type with the schema of its `data`. docs/events.md and the OpenAPI document derive from it. */
export const eventTypes = {
  'pipeline.started': {
    summary: 'A pipeline began.',
    data: z.object({ ...pipelineFields, task: z.string(), stages: z.array(z.enum(stageNames)) }),
  },
  'pipeline.stage.completed': {
    summary: 'A stage finished; `status` tells whether it passed its gate.',
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
    data: z.object({ ...pipelineFields, iteration: z.int().min(1), duration_ms: durationMs }),
  },
  'pipeline.failed': {
    summary: 'A pipeline failed at a stage.',
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
    data: z.object({ ...pipelineFields, iteration: z.int().min(1), duration_ms: durationMs }),
  },
} as const satisfies Record<string, { summary: string; data: z.ZodObject }>;

export type EventType = keyof typeof eventTypes;
export type EventData<T extends EventType> = z.input<(typeof eventTypes)[T]['data']>;

export const eventTypeNames = Object.keys(eventTypes) as [EventType, ...EventType[]];
