import * as z from 'zod';
import { defineContract, defineTask } from '../core/contract.ts';
import { pageOf, pageQuery } from '../core/page.ts';
import { idOf } from '../core/schemas.ts';
import { eventTypeNames } from '../events/contract.ts';
import { deliveryStatuses } from './delivery.ts';
import { delivery, deliveryWithBody, secret, webhook, webhookBody, webhookPatch } from './webhook-schemas.ts';

export { endedPrefix } from './delivery-reading.ts';

const byId = z.strictObject({ id: idOf('wh') });
const byDelivery = byId.extend({ delivery_id: idOf('dlv') });

const shownOnce = z
  .string()
  .nullable()
  .describe('The secret that was made; shown this once. Null where the request brought its own.');

export const createWebhookContract = defineContract({
  operationId: 'createWebhook',
  domain: 'webhooks',
  method: 'POST',
  path: '/api/v1/webhooks',
  summary: 'Register a webhook',
  description: 'Events that it asks for are posted to its URL, signed as Standard Webhooks say. At most 100 exist.',
  auth: 'bearer',
  rateLimit: 'webhook_registration',
  isIdempotent: true,
  body: webhookBody,
  answers: {
    created: {
      status: 201,
      description: 'The webhook is registered.',
      body: webhook.extend({ secret: shownOnce }),
      headers: { location: 'Where it can be read.' },
    },
  },
  errors: ['CONFLICT'],
  timeoutMs: 10_000,
  access: {
    tables: { webhooks: 'read-write-delete', 'signing-secrets': 'write-delete' },
    receivers: 'check',
  },
});

export const listWebhooksContract = defineContract({
  operationId: 'listWebhooks',
  domain: 'webhooks',
  method: 'GET',
  path: '/api/v1/webhooks',
  summary: 'List webhooks',
  description: 'Newest first.',
  auth: 'bearer',
  rateLimit: 'read',
  query: z.strictObject({ ...pageQuery }),
  answers: { ok: { status: 200, description: 'A page of webhooks.', body: pageOf('webhooks', webhook) } },
  errors: [],
  timeoutMs: 5_000,
  access: { tables: { webhooks: 'read' } },
});

export const getWebhookContract = defineContract({
  operationId: 'getWebhook',
  domain: 'webhooks',
  method: 'GET',
  path: '/api/v1/webhooks/{id}',
  summary: 'Get a webhook',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byId,
  answers: { ok: { status: 200, description: 'The webhook.', body: webhook } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { webhooks: 'read' } },
});

export const updateWebhookContract = defineContract({
  operationId: 'updateWebhook',
  domain: 'webhooks',
  method: 'PATCH',
  path: '/api/v1/webhooks/{id}',
  summary: 'Change a webhook',
  description:
    'What is left out stays as it is. To enable one that was disabled by itself gives it another chance; deliveries that were cancelled meanwhile can be delivered again one by one.',
  auth: 'bearer',
  rateLimit: 'write',
  parameters: byId,
  body: webhookPatch,
  answers: { ok: { status: 200, description: 'The webhook as it is now.', body: webhook } },
  errors: ['NOT_FOUND'],
  timeoutMs: 10_000,
  access: { tables: { webhooks: 'read-write' }, receivers: 'check', bus: true },
});

export const deleteWebhookContract = defineContract({
  operationId: 'deleteWebhook',
  domain: 'webhooks',
  method: 'DELETE',
  path: '/api/v1/webhooks/{id}',
  summary: 'Delete a webhook',
  description: 'What is on its way to it is not tried any more. It ends without an event.',
  auth: 'bearer',
  rateLimit: 'write',
  parameters: byId,
  answers: { deleted: { status: 204, description: 'It is deleted.', body: null } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { webhooks: 'delete', 'signing-secrets': 'delete' } },
});

export const rotateWebhookSecretContract = defineContract({
  operationId: 'rotateWebhookSecret',
  domain: 'webhooks',
  method: 'POST',
  path: '/api/v1/webhooks/{id}/rotate-secret',
  summary: "Rotate a webhook's secret",
  description: 'For 24 hours deliveries are signed with the secret before too, so that the receiver can change over.',
  auth: 'bearer',
  rateLimit: 'write',
  isIdempotent: true,
  parameters: byId,
  body: z.strictObject({ secret: secret.optional().describe('The new secret; made when left out.') }).prefault({}),
  answers: {
    ok: {
      status: 200,
      description: 'The new secret signs from now on.',
      body: z.object({
        secret: shownOnce,
        previous_secrets_sign_until: z.iso
          .datetime({ precision: 3 })
          .nullable()
          .describe('Null where no earlier secret signs any more.'),
      }),
    },
  },
  errors: ['NOT_FOUND', 'CONFLICT'],
  timeoutMs: 5_000,
  access: { tables: { webhooks: 'read', 'signing-secrets': 'read-write' } },
});

export const testWebhookContract = defineContract({
  operationId: 'testWebhook',
  domain: 'webhooks',
  method: 'POST',
  path: '/api/v1/webhooks/{id}/test',
  summary: 'Send a test event to a webhook',
  description:
    'An example of an event is signed and sent as any other, once, with `"test": true`. The delivery tells what came of it.',
  auth: 'bearer',
  rateLimit: 'write',
  isIdempotent: true,
  parameters: byId,
  body: z
    .strictObject({
      type: z
        .enum(eventTypeNames)
        .optional()
        .describe('Of the event; the first one that the webhook asks for when left out.'),
    })
    .prefault({}),
  answers: {
    accepted: {
      status: 202,
      description: 'The delivery is on its way.',
      body: delivery,
      headers: { location: 'Where the delivery can be read.' },
    },
  },
  errors: ['NOT_FOUND', 'CONFLICT'],
  timeoutMs: 5_000,
  access: { tables: { webhooks: 'read', deliveries: 'read-write' }, queues: ['webhook-deliveries'] },
});

export const listWebhookDeliveriesContract = defineContract({
  operationId: 'listWebhookDeliveries',
  domain: 'webhooks',
  method: 'GET',
  path: '/api/v1/webhooks/{id}/deliveries',
  summary: 'List deliveries of a webhook',
  description: 'Newest event first, kept for 30 days.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byId,
  query: z.strictObject({
    status: z.enum(deliveryStatuses).optional(),
    ...pageQuery,
  }),
  answers: { ok: { status: 200, description: 'A page of deliveries.', body: pageOf('deliveries', delivery) } },
  errors: ['NOT_FOUND'],
  timeoutMs: 10_000,
  access: { tables: { webhooks: 'read', deliveries: 'read' } },
});

export const getWebhookDeliveryContract = defineContract({
  operationId: 'getWebhookDelivery',
  domain: 'webhooks',
  method: 'GET',
  path: '/api/v1/webhooks/{id}/deliveries/{delivery_id}',
  summary: 'Get a delivery of a webhook',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byDelivery,
  answers: { ok: { status: 200, description: 'The delivery, with what is sent.', body: deliveryWithBody } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { webhooks: 'read', deliveries: 'read' } },
});

export const redeliverWebhookDeliveryContract = defineContract({
  operationId: 'redeliverWebhookDelivery',
  domain: 'webhooks',
  method: 'POST',
  path: '/api/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver',
  summary: 'Deliver an event again',
  description:
    'A new series of tries of a delivery that is over, whatever came of it, or waits for its next try, with the same `webhook-id` and body. 409 while it is being tried, or its webhook is disabled.',
  auth: 'bearer',
  rateLimit: 'write',
  isIdempotent: true,
  parameters: byDelivery,
  answers: { accepted: { status: 202, description: 'The delivery is on its way again.', body: delivery } },
  errors: ['NOT_FOUND', 'CONFLICT'],
  timeoutMs: 5_000,
  access: { tables: { webhooks: 'read', deliveries: 'read-write' }, queues: ['webhook-deliveries'] },
});

export const dispatchEventsTask = defineTask({
  name: 'dispatch-events',
  domain: 'webhooks',
  summary: 'Makes deliveries of published events for the webhooks that ask for them.',
  trigger: { type: 'queue', queue: 'webhook-events' },
  timeoutMs: 10_000,
  access: { tables: { webhooks: 'read', deliveries: 'write' }, queues: ['webhook-deliveries'] },
});

export const deliverWebhookTask = defineTask({
  name: 'deliver-webhook',
  domain: 'webhooks',
  summary: 'Posts deliveries to the receivers of webhooks.',
  trigger: { type: 'queue', queue: 'webhook-deliveries' },
  /** Longer than the 15 seconds that a receiver has, so that what came of an attempt is stored. */
  timeoutMs: 30_000,
  access: {
    tables: { webhooks: 'read-write', 'signing-secrets': 'read', deliveries: 'read-write' },
    queues: ['webhook-deliveries'],
    receivers: 'post',
    bus: true,
  },
});

export const webhookContracts = [
  createWebhookContract,
  listWebhooksContract,
  getWebhookContract,
  updateWebhookContract,
  deleteWebhookContract,
  rotateWebhookSecretContract,
  testWebhookContract,
  listWebhookDeliveriesContract,
  getWebhookDeliveryContract,
  redeliverWebhookDeliveryContract,
] as const;

export const webhookTasks = [dispatchEventsTask, deliverWebhookTask] as const;
