import * as z from 'zod';
import type { Json } from '../../backend/backend.ts';

const schema = z.object({
  id: z.string(),
  type: z.string(),
  timestamp: z.string(),
  sequence: z.int().optional(),
  service: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
});

/** An event as a queue brings it. One that was published before there were numbers has no `sequence`. */
export interface DeliveredEvent {
  id: string;
  type: string;
  timestamp: string;
  sequence?: number;
  service?: string;
  data: Record<string, unknown>;
}

/** The event in a message of the bus. Throws for anything else. */
export function eventIn(body: Json): DeliveredEvent {
  const { service, sequence, data, ...event } = schema.parse(body);
  return {
    ...event,
    ...(sequence === undefined ? {} : { sequence }),
    ...(service === undefined ? {} : { service }),
    data,
  };
}
