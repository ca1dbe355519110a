import * as z from 'zod';
import type { Access } from '../../backend/resources.ts';
import { defineContract, defineTask } from '../core/contract.ts';
import { idOf } from '../core/schemas.ts';

/** What it takes to load workflows and to launch executions of them. */
const launching = {
  tables: { workflows: 'read', executions: 'read-write' },
  objects: { 'executions/': 'write' },
  machines: { workflow: 'start' },
} satisfies Access;

const eventName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens and underscores');

const deliveryId = z.string().regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters');

export const receiveHookContract = defineContract({
  operationId: 'receiveHook',
  domain: 'workflows',
  method: 'POST',
  path: '/api/v1/hooks/{event}',
  summary: 'Receive a webhook of GitHub or Gitea',
  description:
    'Starts each workflow whose trigger is this event and whose filter it passes. It takes no token: the body is signed with the secret of hooks, and without such a secret the endpoint answers 404. A delivery that comes again within 24 hours starts nothing twice and is answered as before. The body is what the sender writes, as `application/json` or `application/x-www-form-urlencoded`.',
  auth: 'none',
  rateLimit: 'none',
  parameters: z.strictObject({ event: eventName.describe('Name of the event, e.g. `push`.') }),
  headers: z.object({
    'x-hub-signature-256': z.string().optional().describe('`sha256=` and the HMAC-SHA256 of the body in hexadecimal.'),
    'x-gitea-signature': z.string().optional().describe('The HMAC-SHA256 of the body in hexadecimal.'),
    'x-github-event': z.string().optional().describe('Name of the event; the one in the path.'),
    'x-gitea-event': z.string().optional().describe('Name of the event; the one in the path.'),
    'x-github-delivery': deliveryId.optional().describe('Identity of the delivery.'),
    'x-gitea-delivery': deliveryId.optional().describe('Identity of the delivery.'),
  }),
  isBodyRaw: true,
  answers: {
    accepted: {
      status: 202,
      description: 'The executions that it started.',
      body: z.object({
        executions: z.array(z.object({ execution_id: idOf('exec'), workflow_id: idOf('wf') })),
      }),
    },
    none: { status: 204, description: 'No workflow starts with it.', body: null },
  },
  errors: ['UNAUTHORIZED', 'NOT_FOUND'],
  /** The senders wait for ten seconds. */
  timeoutMs: 10_000,
  access: { ...launching, tables: { ...launching.tables, requests: 'read-write' }, secrets: ['hooks'] },
});

export const triggerWorkflowsTask = defineTask({
  name: 'trigger-workflows',
  domain: 'workflows',
  summary: 'Starts the workflows whose trigger is a published event.',
  trigger: { type: 'queue', queue: 'workflow-events' },
  timeoutMs: 30_000,
  access: launching,
});

export const startScheduledWorkflowsTask = defineTask({
  name: 'start-scheduled-workflows',
  domain: 'workflows',
  summary: 'Starts the workflows whose schedule has come due.',
  trigger: { type: 'schedule', everyMinutes: 1 },
  timeoutMs: 50_000,
  access: launching,
});

export const triggerContracts = [receiveHookContract] as const;
export const triggerTasks = [triggerWorkflowsTask, startScheduledWorkflowsTask] as const;
