import * as z from 'zod';
import type { Json, QueueMessage } from '../../../backend/backend.ts';
import type { Home } from '../../core/endpoint.ts';
import { queueTask } from '../../core/task.ts';
import { covers, type DeliveredEvent, eventIn, isMatch } from '../../events/contract.ts';
import { startWorkflows, storedWorkflows, type WorkflowStarter } from '../start-workflows.ts';
import { triggerWorkflowsTask } from '../trigger-contracts.ts';
import type { Workflow } from '../workflow.ts';

/**
 * The task over these workflows. An execution's id derives from workflow and event, so an event that comes twice starts
 * nothing twice.
 */
export function eventTrigger(starter: WorkflowStarter) {
  return queueTask(triggerWorkflowsTask, async (messages, home) => {
    const workflows = await starter.loadWorkflows(home.backend);
    const outcomes = await Promise.allSettled(messages.map((message) => trigger(message, workflows, starter, home)));
    const retry = messages.flatMap((message, index) => {
      const outcome = outcomes[index];
      if (outcome?.status !== 'rejected') return [];
      home.log.warn('an event could not start its workflows', {
        message_id: message.id,
        error: outcome.reason as Error,
      });
      return [{ id: message.id }];
    });
    return { retry };
  });
}

export const triggerWorkflows = eventTrigger(storedWorkflows);

async function trigger({ body }: QueueMessage, workflows: Workflow[], starter: WorkflowStarter, home: Home) {
  const event = eventIn(body);
  const chain = chainOf(event);
  const started = workflows.filter((workflow) => startsWith(workflow, event, chain));
  await startWorkflows(home, starter, started, {
    trigger: { type: 'event', reference: event.id },
    atMs: Date.parse(event.timestamp),
    event: event as unknown as Json,
    chain,
  });
}

/** Workflows that start each other end here, whatever they are meant to do. */
const chainLengthMax = 5;

function startsWith({ id, trigger }: Workflow, { type, data }: DeliveredEvent, chain: readonly string[]): boolean {
  if (trigger.type !== 'event' || chain.length >= chainLengthMax || chain.includes(id)) return false;
  return covers(trigger.event, type) && isMatch(trigger.filter, data);
}

const chained = z.object({ chain: z.array(z.string()) });

/** The workflows that led to an event, itself last. An event of a workflow that does not tell them might be one of a loop. */
function chainOf({ type, data }: DeliveredEvent): string[] {
  return type.startsWith('workflow.') ? chained.parse(data).chain : [];
}
