import { isApplied, type QueueMessage } from '../../../backend/backend.ts';
import type { Home } from '../../core/endpoint.ts';
import { queueTask } from '../../core/task.ts';
import { recordEventsTask } from '../contract.ts';
import { eventIn } from '../delivered-event.ts';
import { eventItem } from '../event-log.ts';

/** Stores each event once, however often it is delivered; one that cannot be stored is retried alone. */
export const recordEvents = queueTask(recordEventsTask, async (messages, home) => {
  const outcomes = await Promise.allSettled(messages.map((message) => record(message, home)));
  const retry = messages.flatMap((message, index) => {
    const outcome = outcomes[index];
    if (outcome?.status !== 'rejected') return [];
    home.log.warn('an event could not be recorded', { message_id: message.id, error: outcome.reason as Error });
    return [{ id: message.id }];
  });
  return { retry };
});

async function record(message: QueueMessage, home: Home) {
  await isApplied(home.backend.table('events').put(eventItem(eventIn(message.body)), { exists: false }));
}
