import * as z from 'zod';
import { defineContract, defineTask } from '../core/contract.ts';
import { idFrom } from '../core/ids.ts';
import { pageOf, pageQuery } from '../core/page.ts';
import { idOf, isoTime, utcTimestamp } from '../core/schemas.ts';
import { type EventData, type EventType, eventTypeNames } from './event-types.ts';
import type { UnpublishedEvent } from './publish-events.ts';

export { type DeliveredEvent, eventIn } from './delivered-event.ts';
export { eventExamples } from './event-examples.ts';
export { dataFields, type EventFilter, eventFilter, isMatch } from './event-filter.ts';
export { covers, typesCovered } from './event-pattern.ts';
export { type EventSchema, eventSchemas } from './event-schemas.ts';
export {
  type EventData,
  type EventType,
  eventTypeNames,
  refreshCounts,
  refreshEnds,
  restartActions,
  restartOutcomes,
  serviceStatuses,
} from './event-types.ts';
export { publishEvents, type UnpublishedEvent } from './publish-events.ts';
export { recentEventsOf } from './recent-events.ts';

/** An event as the API shows it. */
export const event = z
  .object({
    id: idOf('evt'),
    type: z.enum(eventTypeNames),
    timestamp: utcTimestamp,
    sequence: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Grows with each event about the same resource. Missing only from events that were published before there were numbers.',
      ),
    service: z.string().optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });

export const listEventsContract = defineContract({
  operationId: 'listEvents',
  domain: 'events',
  method: 'GET',
  path: '/api/v1/events',
  summary: 'List recent events',
  description: 'Published events, newest first, kept for 30 days.',
  auth: 'bearer',
  rateLimit: 'read',
  query: z.strictObject({
    type: z.enum(eventTypeNames).optional(),
    service: z.string().min(1).max(64).optional(),
    ...pageQuery,
  }),
  answers: { ok: { status: 200, description: 'A page of events.', body: pageOf('events', event) } },
  errors: [],
  timeoutMs: 5_000,
  access: { tables: { events: 'read' } },
});

export const getEventContract = defineContract({
  operationId: 'getEvent',
  domain: 'events',
  method: 'GET',
  path: '/api/v1/events/{event_id}',
  summary: 'Get an event',
  description: 'One published event, kept for 30 days.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: z.strictObject({ event_id: idOf('evt') }),
  answers: { ok: { status: 200, description: 'The event.', body: event } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { events: 'read' } },
});

export const recordEventsTask = defineTask({
  name: 'record-events',
  domain: 'events',
  summary: 'Stores published events, so that they can be listed.',
  trigger: { type: 'queue', queue: 'event-log' },
  timeoutMs: 10_000,
  access: { tables: { events: 'write' } },
});

export const eventContracts = [listEventsContract, getEventContract] as const;
export const eventTasks = [recordEventsTask] as const;

/**
 * An event that has one identity however often it is published: `occurrence` names what happened (a pipeline's end,
 * a stage's third run), so a publisher that runs again after a crash sends a repeat, not a second event. To be published
 * with {@link publishEvents}.
 */
export function eventOf<T extends EventType>(type: T, happened: Happening<T>): UnpublishedEvent {
  return {
    id: idFrom('evt', happened.atMs, `${type}#${happened.occurrence}`, happened.rank),
    type,
    timestamp: isoTime(happened.atMs),
    ...(happened.service === undefined ? {} : { service: happened.service }),
    data: happened.data,
  };
}

interface Happening<T extends EventType> {
  atMs: number;
  occurrence: string;
  data: EventData<T>;
  service?: string;
  /** Orders events of one thing that happened in the same millisecond, 0 to 31. */
  rank?: number;
}
