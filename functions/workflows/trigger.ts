import { Cron } from 'croner';
import * as z from 'zod';
import { dataFields, eventFilter, eventTypeNames, typesCovered } from '../events/contract.ts';
import { isObject, isOneGiven } from './one-given.ts';

/** Every trigger is read for every event, so that a filter must not be long. */
const filterLengthMax = 4096;

const filter = eventFilter
  .refine(
    (fields) => JSON.stringify(fields).length <= filterLengthMax,
    `must not be longer than ${filterLengthMax} characters`,
  )
  .default({})
  .describe('Fields of the event, by dotted path, with the value that each must have; a list means any of its values.');

const manual = z.strictObject({ type: z.literal('manual') });

const webhook = z.strictObject({
  type: z.literal('webhook'),
  event: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes and underscores')
    .describe('The last part of the path that the sender posts to: /api/v1/hooks/{event}.'),
  filter,
});

const event = z
  .strictObject({
    type: z.literal('event'),
    event: z
      .string()
      .refine(
        (pattern) => typesCovered([pattern]).length > 0,
        `is not an event type, nor a pattern such as pipeline.* or *; types: ${eventTypeNames.join(', ')}`,
      )
      .describe('An event type, `pipeline.*` for all that begin so, or `*` for all.'),
    filter,
  })
  .superRefine(({ event: pattern, filter: fields }, context) => {
    const known = dataFields(typesCovered([pattern]));
    for (const path of Object.keys(fields).filter((each) => !known.has(each))) {
      const message = 'is not a field of the data of any of these events';
      context.addIssue({ code: 'custom', path: ['filter', path], message });
    }
  });

const schedule = z
  .strictObject({
    type: z.literal('schedule'),
    cron: z
      .string()
      .max(200)
      .superRefine((pattern, context) => {
        const problem = cronProblem(pattern);
        if (problem !== undefined) context.addIssue(problem);
      })
      .exactOptional()
      .describe('Minute, hour, day of the month, month and day of the week, in UTC.'),
    rate: z
      .string()
      .regex(
        /^(1 (minute|hour|day)|(?!1 )[1-9]\d{0,4} (minutes|hours|days))$/,
        'must be such as "1 hour" or "5 minutes"',
      )
      .exactOptional()
      .describe('How often, as in `5 minutes`, `1 hour` or `2 days`.'),
  })
  .refine((given) => isOneGiven(given, ['cron', 'rate']), { error: 'must have either cron or rate', when: isObject });

/** What starts a workflow, beside being executed by hand. */
export const trigger = z.discriminatedUnion('type', [manual, webhook, event, schedule], {
  error: ({ input, code }) => (code === 'invalid_union' && input ? `must be ${typeNames}` : undefined),
});

const typeNames = 'manual, webhook, event or schedule';

export type Trigger = z.output<typeof trigger>;

/** What is wrong with a schedule in the language of cron, or undefined: not five fields, or times that never come. */
function cronProblem(pattern: string): string | undefined {
  if (!/^\S+( +\S+){4}$/.test(pattern)) return 'must have five fields: minute, hour, day, month and day of the week';
  try {
    const next = new Cron(pattern, { timezone: 'UTC', mode: '5-part', paused: true }).nextRun();
    return next ? undefined : 'never comes';
  } catch (error) {
    return `is not in the language of cron: ${(error as Error).message.replace(/^CronPattern: /, '')}`;
  }
}
