import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Bus, BusEvent } from '../backend.ts';
import { eventSource } from '../resources.ts';
import { batches } from './batches.ts';
import { environmentValue } from './environment.ts';
import { type Refusal, sendAll } from './send-all.ts';

/** The bounds of PutEvents: 10 entries and 256 KiB, less room for source, type and time, which count too. */
const bounds = { countMax: 10, bytesMax: 256 * 1024 - 4096 };

/** The bus on EventBridge: source {@link eventSource}, detail-type the event's type, detail the whole event. */
export function eventBridgeBus(client = new EventBridgeClient(), busName = environmentValue('bus', 'events')): Bus {
  return {
    async publish(events) {
      const entries = events.map((event) => entryOf(event, busName));
      for (const batch of batches(entries, bytesOf, bounds)) await sendAll(batch, (left) => put(client, left));
    },
  };
}

function entryOf(event: BusEvent, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: eventSource,
    DetailType: event.type,
    Detail: JSON.stringify(event),
    Time: new Date(event.timestamp),
  };
}

const bytesOf = (entry: PutEventsRequestEntry) => Buffer.byteLength(`${entry.Detail}${entry.DetailType}`);

async function put(client: EventBridgeClient, entries: PutEventsRequestEntry[]) {
  const { Entries: results = [] } = await client.send(new PutEventsCommand({ Entries: entries }));
  return entries.flatMap((entry, index): Refusal<PutEventsRequestEntry>[] => {
    const { ErrorCode: code, ErrorMessage: message = '' } = results[index] ?? { ErrorCode: 'NoResult' };
    if (!code) return [];
    return [
      { entry, code, message, isRetryable: ['ThrottlingException', 'InternalFailure', 'NoResult'].includes(code) },
    ];
  });
}
