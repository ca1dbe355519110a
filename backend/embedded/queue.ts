import { randomUUID } from 'node:crypto';
import type { Consumer, OutgoingMessage, Queue } from '../backend.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { type DeadLetter, messagesOf } from './queue-messages.ts';
import { pumpOf } from './queue-pump.ts';
import type { Store } from './store.ts';

/** A queue in the store. What was sent survives the process; a message that a dead process held comes again at once. */
export interface EmbeddedQueue extends Queue {
  /** Hands messages to the consumer, as they come due, until the returned function is called; that waits for its calls. */
  consume(consumer: Consumer): () => Promise<void>;
  /** What was received as often as the queue allows without success, oldest first. */
  deadLetters(): Promise<DeadLetter[]>;
}

export interface QueueOptions {
  visibilitySeconds: number;
  receivesMax: number;
  batchSize: number;
  callsMax: number;
  /** Messages of one group that are handed out at a time; no bound where left out. */
  groupMax?: number;
  clock: AlarmClock;
  /** Told what a consumer threw, or the store; the messages come again. */
  onFault(error: unknown): void;
}

export function openQueue(store: Store, name: string, options: QueueOptions): EmbeddedQueue {
  const messages = messagesOf(store, name, options);
  const wakers = new Set<() => void>();
  return {
    async send(outgoing) {
      if (outgoing.length === 0) return;
      await messages.add(outgoing.map((message) => prepared(message, options.clock.now())));
      for (const wake of wakers) wake();
    },
    consume(consumer) {
      const pump = pumpOf(messages, consumer, options);
      wakers.add(pump.wake);
      return () => {
        wakers.delete(pump.wake);
        return pump.stop();
      };
    },
    deadLetters: () => messages.dead(),
  };
}

/** The bound of SQS, in seconds. */
const delayMax = 900;

function prepared({ body, delaySeconds = 0, group = '' }: OutgoingMessage, nowMs: number) {
  if (!(delaySeconds >= 0 && delaySeconds <= delayMax)) throw new RangeError(`A delay is 0 to ${delayMax} seconds.`);
  return { id: randomUUID(), body: JSON.stringify(body), group, dueMs: nowMs + delaySeconds * 1000 };
}
