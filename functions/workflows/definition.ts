import * as z from 'zod';
import { action, isIdempotent, requestOf } from './action.ts';
import { type Condition, condition } from './condition.ts';
import type { Json } from './json-value.ts';
import { templateProblems } from './template.ts';
import { forbiddenNames } from './template-syntax.ts';
import { trigger } from './trigger.ts';

export { isIdempotent, type Method, requestOf } from './action.ts';
export { type Condition, isConditionMet } from './condition.ts';
export type { Trigger } from './trigger.ts';

/** Steps of one workflow. */
export const stepsMax = 200;

/** Tries of a call that may be repeated, where the step does not say. */
const attemptsDefault = 3;

/** A step's name, as templates and paths of the API hold it. */
export const stepName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, dashes and underscores')
  .refine((name) => !forbiddenNames.has(name), 'is not a name that a step may have');

const input = z
  .record(z.string(), z.unknown())
  .superRefine((value, context) => {
    for (const { path, message } of templateProblems(value, ''))
      context.addIssue({ code: 'custom', path: path.split('.'), message });
  })
  .nullable()
  .default(null)
  .describe('The body of the call, with templates in its texts; null for a call without a body.');

const retry = z
  .strictObject({
    max_attempts: z
      .int()
      .min(1)
      .max(10)
      .exactOptional()
      .describe('Tries in all: 3 where none is given, and 1 for POST and PATCH, whose repeat may do the same again.'),
    backoff_seconds: z
      .number()
      .min(0)
      .max(300)
      .default(1)
      .describe('The pause between tries; a `Retry-After` makes it longer.'),
  })
  .prefault({});

const stepBody = z
  .strictObject({
    name: stepName,
    service: z.string().describe('A service of the catalogue.'),
    action,
    input,
    depends_on: z.array(z.string()).default([]).describe('The steps that must have ended well before this one starts.'),
    timeout_seconds: z
      .int()
      .min(1, 'must be from 1 to 900')
      .max(900, 'must be from 1 to 900')
      .default(30)
      .describe('Of one try.'),
    retry,
    continue_on_error: z.boolean().default(false).describe('Whether what depends on it runs though it failed.'),
    when: condition.exactOptional().describe('The step runs when this holds, and is skipped else.'),
    wait_for_healthy_seconds: z
      .int()
      .min(0)
      .max(900)
      .default(0)
      .describe('How long it waits for its service while that is unhealthy; 0: it fails at once.'),
  })
  .superRefine(({ action, input }, context) => {
    if (input === null || requestOf(action).method !== 'GET') return;
    context.addIssue({ code: 'custom', path: ['input'], message: 'cannot be sent with a GET; put it into the path' });
  });

/** A workflow as users send it. {@link definitionOf} gives it the defaults that depend on other fields. */
export const workflowBody = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters'),
  description: z.string().max(1000).nullable().default(null).describe('For people.'),
  trigger: trigger.default({ type: 'manual' }).describe('What starts it, beside being executed by hand.'),
  steps: z
    .array(stepBody)
    .min(1, 'must have at least one step')
    .max(stepsMax, `must not have more than ${stepsMax} steps`),
});

type WorkflowBody = z.output<typeof workflowBody>;
type StepBody = z.output<typeof stepBody>;

/** A step with everything that its body may leave out. */
export interface WorkflowStep extends Omit<StepBody, 'input' | 'retry' | 'when'> {
  input: { [name: string]: Json } | null;
  retry: { max_attempts: number; backoff_seconds: number };
  when?: Condition;
}

/** A workflow with everything that its body may leave out. */
export interface WorkflowDefinition extends Omit<WorkflowBody, 'steps'> {
  steps: WorkflowStep[];
}

/** The definition that a body gives. */
export function definitionOf(body: WorkflowBody): WorkflowDefinition {
  return { ...body, steps: body.steps.map(stepOf) };
}

function stepOf(body: StepBody): WorkflowStep {
  const max_attempts = body.retry.max_attempts ?? (isIdempotent(requestOf(body.action)) ? attemptsDefault : 1);
  return { ...body, input: body.input as WorkflowStep['input'], retry: { ...body.retry, max_attempts } };
}
