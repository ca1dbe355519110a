import type { QueueMessage } from '../../../backend/backend.ts';
import type { Home } from '../../core/endpoint.ts';
import { queueTask } from '../../core/task.ts';
import { eventIn } from '../../events/contract.ts';
import { readingOfEvent } from '../event-reading.ts';
import { recordReadings } from '../record-readings.ts';
import { measureEventsTask } from '../task-contracts.ts';

/** Counts each event once, however often it is delivered; one that cannot be counted is retried alone. */
export const measureEvents = queueTask(measureEventsTask, async (messages, home) => {
  const outcomes = await Promise.allSettled(messages.map((message) => measure(message, home)));
  const retry = messages.flatMap(({ id }, index) => {
    const outcome = outcomes[index];
    if (outcome?.status !== 'rejected') return [];
    home.log.warn('an event could not be counted', { message_id: id, error: outcome.reason as Error });
    return [{ id }];
  });
  return { retry };
});

async function measure(message: QueueMessage, { backend }: Home): Promise<void> {
  const event = eventIn(message.body);
  const reading = readingOfEvent(event);
  if (reading) await recordReadings(backend, event.id, [reading]);
}
