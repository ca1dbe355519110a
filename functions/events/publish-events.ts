import type { Backend, BusEvent, Item } from '../../backend/backend.ts';
import { untilUnchanged } from '../core/revision.ts';
import { type EventType, eventResources, eventTypes } from './event-types.ts';
import { newSequence, type Sequence, withNumbers } from './sequence.ts';

/** An event that has happened and may have been published before. */
export interface UnpublishedEvent extends Omit<BusEvent, 'sequence'> {
  type: EventType;
}

/**
 * Publishes events in this order, each with the next number of its resource; the one way to publish. Cut short and done
 * again, every event has the number that it had. Numbers can be missing, where nobody did it again.
 *
 * Numbers are drawn here and not where a change is stored, since what is known of one resource stands in several items
 * (the health, the configuration and the restarts of a service), and no write spans two. So they grow as a resource's
 * events are announced. For changes of one kind that is the order in which they happened, as every publisher keeps to it:
 * a change is announced after it was stored, and earlier ones that may not have been announced go before it, in the same
 * call.
 */
export async function publishEvents(
  backend: Pick<Backend, 'table' | 'bus'>,
  events: readonly UnpublishedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const byResource = Map.groupBy(events, keyOf);
  const drawn = await Promise.all(Array.from(byResource, ([pk, ofOne]) => drawNumbers(backend, pk, ofOne)));
  const numbers = new Map(drawn.flatMap((ofOne) => [...ofOne]));
  await backend.bus.publish(
    events.map(({ id, type, timestamp, ...rest }) => ({
      id,
      type,
      timestamp,
      sequence: numbers.get(id) as number,
      ...rest,
    })),
  );
}

/** One read, and one write unless all are repeats. */
function drawNumbers(backend: Pick<Backend, 'table'>, pk: string, events: readonly UnpublishedEvent[]) {
  const key = { pk, sk: 'sequence' };
  const expiry = expiryOf(events);
  const ids = events.map(({ id }) => id);
  return untilUnchanged(async () => {
    const before = sequenceOf(await backend.table('sequences').get(key));
    const { after, numbers } = withNumbers(before, ids);
    const unchanged = before.last === 0 ? { exists: false } : { equals: { last: before.last } };
    if (after !== before) await backend.table('sequences').put({ ...key, ...after, ...expiry }, unchanged);
    return numbers;
  });
}

function keyOf({ type, data }: UnpublishedEvent): string {
  const { resource } = eventTypes[type];
  return `${resource}#${data[eventResources[resource].idField]}`;
}

/** Of a resource that ends: when its sequence may be forgotten. */
function expiryOf(events: readonly UnpublishedEvent[]): Pick<Item, 'expires_at'> {
  const [first] = events;
  const resource = first && eventResources[eventTypes[first.type].resource];
  if (!resource || !('keptDays' in resource)) return {};
  const latestMs = Math.max(...events.map(({ timestamp }) => Date.parse(timestamp)));
  return { expires_at: Math.floor(latestMs / 1000) + resource.keptDays * 24 * 3600 };
}

function sequenceOf(item: Item | undefined): Sequence {
  return item ? { last: item['last'] as number, ids: item['ids'] as string[] } : newSequence;
}
