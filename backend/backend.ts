import type { MachineName, QueueName, SecretName, TableName } from './resources.ts';

/**
 * Everything that functions may ask of the world they run in. Each port has an AWS and an embedded adapter, and both
 * pass the same conformance suite in test/suites.
 */
export interface Backend {
  table(name: TableName): Table;
  queue(name: QueueName): Queue;
  bus: Bus;
  machine(name: MachineName): StateMachine;
  objects: Objects;
  secrets: Secrets;
  clock: Clock;
}

export type Scalar = string | number | boolean | null;
export type Json = Scalar | Json[] | { [key: string]: Json };

/**
 * An item's address: partition and sort key, of at most 2,048 and 1,024 bytes, as are the fields that an index goes by.
 * Longer ones are refused with a RangeError.
 */
export interface Key {
  pk: string;
  sk: string;
}

/**
 * One row. `expires_at` (epoch seconds) ends its life: from that second on the item is absent to reads, queries and
 * conditions, however late the store removes it. Fields that are undefined are not stored.
 */
export type Item = Key & { expires_at?: number } & Record<string, unknown>;

/** What must hold of the stored item for a write to happen; all parts together. */
export interface Condition {
  /** `true`: an (unexpired) item has this key; `false`: none has. */
  exists?: boolean;
  /** Fields that must have exactly these values. `undefined` asks that the field is absent, as all are of an absent item. */
  equals?: Record<string, Scalar | undefined>;
}

/**
 * Changes of one item: fields to set (to undefined: to remove), to remove, and numbers to add to (an absent number counts
 * as 0). A field stands in one of the three, and neither `pk` nor `sk` in any.
 */
export interface Changes {
  set?: Record<string, unknown>;
  remove?: string[];
  add?: Record<string, number>;
}

export interface Query {
  /** The table's own keys, or the index named here. One of keys gives nothing else, and refuses a filter. */
  index?: string;
  /** The value of the partition key. */
  partition: string;
  /** Sort keys from this one on, inclusive. They compare by the bytes of their UTF-8. */
  from?: string;
  /** Sort keys below this one, exclusive. A page ends at its last sort key, and the next page starts before it. */
  before?: string;
  /** By sort key; `newest` (descending) unless told. */
  order?: 'newest' | 'oldest';
  /** Most items to return, 1 to 1000. */
  limit: number;
  /** Only items with these values, applied before the limit; an empty record asks for nothing. */
  equals?: Record<string, Scalar>;
}

/** Whether the query asks for values, so that an adapter may have to look at more items than it gives. */
export function isFiltered({ equals = {} }: Query): boolean {
  return Object.keys(equals).length > 0;
}

export interface Page {
  /** Not to be changed: other pages may hold the same items. */
  items: readonly Readonly<Item>[];
  /** True when items that match stand beyond this page. */
  more: boolean;
}

/**
 * Items under conditional single-item writes. Reads by key and queries by the table's own keys see every write that was
 * answered before them; an index may lag behind.
 */
export interface Table {
  get(key: Key): Promise<Item | undefined>;
  /** Stores the whole item. Throws {@link ConditionFailed}, changing nothing, when the condition does not hold. */
  put(item: Item, condition?: Condition): Promise<void>;
  /**
   * Changes fields of one item, creating it where absent, and gives the item as it is then. An expired item is absent: the
   * update starts afresh, carrying nothing over. Throws {@link ConditionFailed}.
   */
  update(key: Key, changes: Changes, condition?: Condition): Promise<Item>;
  delete(key: Key, condition?: Condition): Promise<void>;
  query(query: Query): Promise<Page>;
}

/** A conditional write found the item in another state. Not a fault: the caller decides what it means. */
export class ConditionFailed extends Error {
  override name = 'ConditionFailed';
}

/** True when a conditional write happened, false when its condition did not hold; other failures are thrown. */
export async function isApplied(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

export interface OutgoingMessage {
  body: Json;
  /** Seconds until it can be received, 0 to 900 (the bound of SQS). */
  delaySeconds?: number;
  /** Fairness group: a group with a backlog does not delay the others. */
  group?: string;
}

export interface QueueMessage {
  id: string;
  body: Json;
  /** How many times it has been received, this time included; 1 at first. */
  receives: number;
}

/**
 * At-least-once messages. Receiving is the consumer's event source (Lambda on AWS, a pump in the embedded home): a
 * {@link Consumer} is given batches, and what it reports as failed is redelivered, then dead-lettered.
 */
export interface Queue {
  send(messages: OutgoingMessage[]): Promise<void>;
}

/** What became of the messages of a batch. Those that are not named are done with. */
export interface Handled {
  /** They come again, after their delay where one is given, else when their visibility ends. */
  retry: { id: string; delaySeconds?: number }[];
  /** They are given up now and go to the dead letters, as this message. For queues that say `givesUp`. */
  dead?: ({ id: string } & Pick<OutgoingMessage, 'body' | 'group'>)[];
}

/** Handles a batch; a throw fails all of it. */
export type Consumer = (messages: QueueMessage[]) => Promise<Handled>;

/** An event of the platform as it goes over the bus: `type` is EventBridge's detail-type, the rest is the detail. */
export interface BusEvent {
  id: string;
  type: string;
  timestamp: string;
  /** Grows with each event about the same resource; a repeat carries the same. */
  sequence: number;
  service?: string;
  data: Record<string, unknown>;
}

/** Publishes to every rule whose pattern matches, at least once. Resolves once the event is durably accepted. */
export interface Bus {
  publish(events: BusEvent[]): Promise<void>;
}

export interface Execution {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  output?: Json;
  error?: string;
}

export interface StateMachine {
  /** Starts the execution of this name; a second call with the same name and input changes nothing. */
  start(name: string, input: Json): Promise<void>;
  describe(name: string): Promise<Execution | undefined>;
}

export interface Objects {
  put(key: string, body: string | Uint8Array, contentType: string): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** A URL that anyone can GET for the given time, in seconds. */
  signedUrl(key: string, expiresInSeconds: number): Promise<string>;
}

export interface Secrets {
  /** The secret's value, or undefined where the deployment has none of this name. Cached for at most 5 minutes. */
  get(name: SecretName): Promise<string | undefined>;
}

/** The time, in epoch milliseconds. Injected, so that tests decide it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
