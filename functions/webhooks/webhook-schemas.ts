import * as z from 'zod';
import { idOf, utcTimestamp } from '../core/schemas.ts';
import { eventFilter, eventTypeNames, typesCovered } from '../events/contract.ts';
import { deliveryStatuses } from './delivery.ts';
import { secretProblem } from './signing-secret.ts';

/** A webhook as the API shows it: never with a secret. */
export const webhook = z
  .object({
    id: idOf('wh'),
    url: z.string(),
    events: z.array(z.string()),
    filter: eventFilter,
    description: z.string().nullable(),
    enabled: z.boolean(),
    disabled_reason: z
      .enum(['gone', 'failing'])
      .nullable()
      .describe('Why it was disabled by itself: its receiver answered 410, or failed for five days.'),
    disabled_at: utcTimestamp.nullable().describe('When it was disabled by itself.'),
    failing_since: utcTimestamp.nullable().describe('Since when it has had nothing but failures; null: it has none.'),
    created_at: utcTimestamp,
    updated_at: utcTimestamp,
  })
  .meta({ id: 'Webhook' });

export type WebhookView = z.input<typeof webhook>;

const attempt = z.object({
  started_at: utcTimestamp,
  duration_ms: z.int().min(0),
  status: z.int().nullable().describe('Of the answer; null: there was none.'),
  error: z.string().nullable().describe('Why there was no answer.'),
});

const attemptWithResponse = attempt.extend({
  response: z.string().nullable().describe("The beginning of the answer's body, 4 KiB at most."),
  response_truncated: z.boolean(),
});

const deliveryFields = {
  id: idOf('dlv'),
  webhook_id: idOf('wh'),
  event_id: idOf('evt').describe('Also the `webhook-id` that is sent.'),
  event_type: z.enum(eventTypeNames),
  test: z.boolean(),
  status: z.enum(deliveryStatuses),
  reason: z.string().nullable().describe('Why it is not tried any more, where no attempt says it.'),
  attempts_total: z.int().min(0),
  attempts: z.array(attempt).describe('The last 16, oldest first.'),
  created_at: utcTimestamp.describe('When the event happened.'),
  next_attempt_at: utcTimestamp.nullable(),
  finished_at: utcTimestamp.nullable(),
};

/** A delivery as lists show it. */
export const delivery = z.object(deliveryFields).meta({ id: 'Delivery' });

/** A delivery with all that is stored of it. */
export const deliveryWithBody = z
  .object({
    ...deliveryFields,
    attempts: z.array(attemptWithResponse).describe('The last 16, oldest first.'),
    body: z.string().describe('What is sent, byte for byte.'),
  })
  .meta({ id: 'DeliveryWithBody' });

const url = z
  .string()
  .min(1)
  .max(2048)
  .describe('Where deliveries are posted: http or https, no credentials, an address that the deployment allows.');

const pattern = z.string().superRefine((value, context) => {
  if (typesCovered([value]).length > 0) return;
  context.addIssue(`is not an event type, nor a pattern such as pipeline.* or *; types: ${eventTypeNames.join(', ')}`);
});

const events = z
  .array(pattern)
  .min(1, 'must name at least one event type')
  .max(50)
  .superRefine((patterns, context) => {
    patterns.forEach((value, index) => {
      if (patterns.indexOf(value) < index)
        context.addIssue({ code: 'custom', path: [index], message: 'is named before' });
    });
  })
  .describe('Event types, `pipeline.*` for all that begin so, or `*` for all.');

const description = z.string().max(500).nullable().describe('For people.');

const filter = eventFilter.describe(
  "Fields of the event's `data`, by dotted path, with the value that each must have; a list means any of its values.",
);

export const secret = z.string().superRefine((value, context) => {
  const problem = secretProblem(value);
  if (problem !== undefined) context.addIssue(problem);
});

export const webhookBody = z.strictObject({
  url,
  events,
  filter: filter.default({}),
  description: description.default(null),
  enabled: z.boolean().default(true),
  secret: secret
    .optional()
    .describe(
      'Signs the deliveries: `whsec_` and 24 to 64 bytes in Base64, or 16 to 256 characters. Made when left out, and shown once.',
    ),
});

export const webhookPatch = z
  .strictObject({
    url: url.exactOptional(),
    events: events.exactOptional(),
    filter: filter.exactOptional(),
    description: description.exactOptional(),
    enabled: z.boolean().exactOptional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'must change something');
