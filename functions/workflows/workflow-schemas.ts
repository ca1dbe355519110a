import * as z from 'zod';
import { idOf, utcTimestamp } from '../core/schemas.ts';
import { executionStatuses, skipReasons } from './execution.ts';
import { trigger } from './trigger.ts';

const summary = {
  id: idOf('wf'),
  name: z.string(),
  description: z.string().nullable(),
  trigger,
  version: z.int().min(1).describe('Grows with each change.'),
  created_at: utcTimestamp,
  updated_at: utcTimestamp,
};

/** A workflow as lists show it. */
export const workflowSummary = z.object({ ...summary, step_count: z.int().min(1) }).meta({ id: 'WorkflowSummary' });

const shownStep = z.object({
  name: z.string(),
  service: z.string(),
  action: z.string(),
  input: z.record(z.string(), z.unknown()).nullable(),
  depends_on: z.array(z.string()),
  timeout_seconds: z.int(),
  retry: z.object({ max_attempts: z.int(), backoff_seconds: z.number() }),
  continue_on_error: z.boolean(),
  when: z.record(z.string(), z.unknown()).optional(),
  wait_for_healthy_seconds: z.int(),
});

/** A workflow with its steps. */
export const workflow = z.object({ ...summary, steps: z.array(shownStep) }).meta({ id: 'Workflow' });

const executionSummary = {
  execution_id: idOf('exec'),
  workflow_id: idOf('wf'),
  workflow_version: z.int().min(1),
  status: z.enum(executionStatuses),
  trigger: z.object({
    type: z.enum(['manual', 'webhook', 'event', 'schedule']),
    reference: z.string().nullable().describe('The delivery, the event or the time that started it.'),
  }),
  created_at: utcTimestamp.describe(
    'When that came about which started it, such as the time that was due: the time of its id, which lists and `since` go by.',
  ),
  started_at: utcTimestamp.describe('When it began.'),
  completed_at: utcTimestamp.nullable(),
  duration_ms: z.int().min(0).nullable().describe('From `started_at` to `completed_at`.'),
  cancel_requested_at: utcTimestamp.nullable(),
  error: z.object({ code: z.string(), step: z.string().nullable(), message: z.string() }).nullable(),
};

/** An execution as lists show it. */
export const executionEntry = z.object(executionSummary).meta({ id: 'WorkflowExecutionSummary' });

const executedStep = z.object({
  status: z.enum(['pending', 'running', 'completed', 'failed', 'skipped']),
  attempts: z.int().min(0).describe('Those that count against `retry.max_attempts`.'),
  interrupted: z
    .int()
    .min(0)
    .describe(
      'How often an attempt was cut short by the end of a process of the orchestrator. It is made again with the same idempotency key, and the repeat does not count among `attempts`.',
    ),
  input: z
    .unknown()
    .describe('What was sent: `path` and `body`, secrets as `***`; null where nothing was, or it is large.'),
  input_url: z.string().nullable().describe('Where a large input can be read, for an hour.'),
  output: z.unknown().describe('What the service answered; null where nothing was, or it is large.'),
  output_url: z.string().nullable().describe('Where a large output can be read, for an hour.'),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  skip_reason: z.enum(skipReasons).nullable(),
  started_at: utcTimestamp.nullable(),
  completed_at: utcTimestamp.nullable(),
  duration_ms: z.int().min(0).nullable(),
});

/** An execution with its steps, by name, in the order of the definition. */
export const execution = z
  .object({
    ...executionSummary,
    event: z.unknown().describe('What the steps can refer to; null where it is large.'),
    event_url: z.string().nullable().describe('Where a large event can be read, for an hour.'),
    steps: z.record(z.string(), executedStep),
  })
  .meta({ id: 'WorkflowExecution' });

export type ExecutionEntryView = z.input<typeof executionEntry>;
export type ExecutionView = z.input<typeof execution>;

/** What a definition comes to, without anything stored. */
export const validation = z
  .object({
    valid: z.boolean(),
    plan: z
      .array(z.object({ step: z.string(), depends_on: z.array(z.string()), level: z.int().min(0) }))
      .nullable()
      .describe('The steps in the order in which they can run; steps of one level can run at the same time.'),
    problems: z.array(z.object({ path: z.string(), message: z.string() })),
    cycle: z.array(z.string()).nullable(),
  })
  .meta({ id: 'WorkflowValidation' });
