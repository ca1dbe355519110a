import { createHash } from 'node:crypto';
import { type EndpointInput, endpoint } from '../core/endpoint.ts';
import { ApiError, validationError } from '../core/errors.ts';
import { isMatch } from '../events/contract.ts';
import { type HookEvent, hookEventOf } from './hook-event.ts';
import { findReceipt, type HookDelivery, keepReceipt } from './hook-receipt.ts';
import { isSigned } from './hook-signature.ts';
import { executionIdOf, startWorkflows, storedWorkflows, type WorkflowStarter } from './start-workflows.ts';
import { receiveHookContract } from './trigger-contracts.ts';
import type { Workflow } from './workflow.ts';

type Input = EndpointInput<typeof receiveHookContract>;

/**
 * The endpoint over these workflows. The receipt of a delivery is stored before the first execution is launched, and their
 * ids derive from it: whoever comes again, after an answer or after a death in the middle, goes on where the first was.
 */
export function hookReceiver(starter: WorkflowStarter) {
  return endpoint(receiveHookContract, async (input, context) => {
    const { backend, log, rawBody } = context;
    const secret = await backend.secrets.get('hooks');
    if (!secret) throw new ApiError('NOT_FOUND', { message: 'Hooks are off: there is no secret for them.' });
    if (!isSigned(rawBody, input.headers, secret)) {
      throw new ApiError('UNAUTHORIZED', { message: 'A valid signature is required.' });
    }
    const name = input.parameters.event;
    const event = isGreeting(input) ? undefined : hookEventOf(name, rawBody);
    if (!event) return { answer: 'none', body: null };
    const delivery = deliveryOf(input, rawBody);
    const workflows = await starter.loadWorkflows(backend);
    const receipt = await receiptOf(delivery, workflows, event, context.backend);
    if (!receipt) return { answer: 'none', body: null };
    const { receivedMs: atMs, workflowIds } = receipt;
    const occasion = { trigger: { type: 'webhook' as const, reference: delivery.deliveryId }, atMs, event, chain: [] };
    const started = workflows.filter(({ id }) => workflowIds.includes(id));
    await startWorkflows(context, starter, started, occasion);
    log.info('hook received', { event: name, delivery_id: delivery.deliveryId, executions: workflowIds.length });
    const executions = workflowIds.map((id) => ({ execution_id: executionIdOf(id, occasion), workflow_id: id }));
    return { answer: 'accepted', body: { executions } };
  });
}

export const receiveHook = hookReceiver(storedWorkflows);

/**
 * Whether it is what GitHub sends to a new hook, whatever events it is for. Throws for any other event than the path names,
 * since the filters were written for that.
 */
function isGreeting({ parameters: { event }, headers }: Input): boolean {
  for (const header of ['x-github-event', 'x-gitea-event'] as const) {
    const sent = headers[header];
    if (sent === undefined || sent === event) continue;
    if (sent === 'ping') return true;
    throw validationError([{ path: `header.${header}`, message: `must be "${event}", as in the path` }]);
  }
  return false;
}

/** Gitea sends its id in the header of GitHub too. A sender without delivery ids repeats itself in its body alone. */
function deliveryOf({ parameters: { event }, headers }: Input, body: Uint8Array): HookDelivery {
  const { 'x-gitea-delivery': gitea, 'x-github-delivery': github } = headers;
  if (gitea !== undefined) return { event, sender: 'gitea', deliveryId: gitea };
  if (github !== undefined) return { event, sender: 'github', deliveryId: github };
  return { event, sender: 'unknown', deliveryId: `sha256:${createHash('sha256').update(body).digest('hex')}` };
}

/** The receipt of this delivery or an earlier one; none where it starts nothing, so that it may when it comes again later. */
async function receiptOf(
  delivery: HookDelivery,
  workflows: readonly Workflow[],
  event: HookEvent,
  backend: Parameters<typeof keepReceipt>[0] & { clock: { now(): number } },
) {
  const first = await findReceipt(backend, delivery);
  if (first) return first;
  const workflowIds = workflows.filter((workflow) => startsWith(workflow, event)).map(({ id }) => id);
  if (workflowIds.length === 0) return undefined;
  return keepReceipt(backend, delivery, { receivedMs: backend.clock.now(), workflowIds });
}

function startsWith({ trigger }: Workflow, event: HookEvent): boolean {
  return trigger.type === 'webhook' && trigger.event === event.event && isMatch(trigger.filter, event);
}
