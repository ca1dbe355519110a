import type { Item } from '../../backend/backend.ts';
import type { DeliveredEvent } from './delivered-event.ts';

/**
 * The partition that all events share, sorted by id. One DynamoDB partition takes 1,000 writes a second, several times
 * what a platform of this size emits; docs/architecture.md says what to change beyond that.
 */
export const eventLog = 'events';

/** From decisions: an event is kept for 30 days. */
const keptSeconds = 30 * 24 * 3600;

/** The stored form of an event. */
export function eventItem(event: DeliveredEvent): Item {
  const expires_at = Math.floor(Date.parse(event.timestamp) / 1000) + keptSeconds;
  return { ...event, pk: eventLog, sk: event.id, expires_at };
}

/** An event as the API shows it. */
export function eventView(item: Item) {
  const { id, type, timestamp, sequence, service, data } = item as unknown as DeliveredEvent;
  return {
    id,
    type: type as never,
    timestamp,
    ...(sequence === undefined ? {} : { sequence }),
    ...(service === undefined ? {} : { service }),
    data,
  };
}
