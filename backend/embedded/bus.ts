import type { Bus, BusEvent, OutgoingMessage } from '../backend.ts';
import type { BusRule } from '../bus-rules.ts';
import type { AlarmClock } from './alarm-clock.ts';
import type { Store } from './store.ts';

export interface BusOptions<Target extends string> {
  rules: readonly BusRule<Target>[];
  send(queue: Target, messages: OutgoingMessage[]): Promise<void>;
  clock: AlarmClock;
  /** Told why a delivery failed; it is tried again after a second. */
  onFault(error: unknown): void;
}

export interface EmbeddedBus extends Bus {
  /** Hands on what an earlier process left. To be called once the targets are open. */
  start(): void;
  /** Resolves when no hand-over is under way. What is left in the outbox stays there for the next start. */
  stop(): Promise<void>;
}

/** Events of one hand-over, so that a long outbox neither blocks the process nor fills its memory. */
const handOverMax = 100;
const restMs = 1000;

/**
 * A bus whose events stand in an outbox from their publication until every matching target has taken them. A process
 * that ends in between hands them over again: at least once.
 */
export function openBus<Target extends string>(store: Store, options: BusOptions<Target>): EmbeddedBus {
  const { rules, send, clock, onFault } = options;
  const outbox = outboxOf(store);
  let isStarted = false;
  let handingOver: Promise<void> | undefined;
  let isMore = false;
  let restAlarmOff = () => {};

  function wake(): void {
    isMore = true;
    if (isStarted && !handingOver) handingOver = handOverAll();
  }

  async function handOverAll(): Promise<void> {
    restAlarmOff();
    try {
      while (isStarted && isMore) {
        isMore = false;
        const rows = await outbox.first(handOverMax);
        if (rows.length === 0) continue;
        await deliver(rows.map(({ event }) => event));
        await outbox.removeUpTo(rows.at(-1)?.sequence ?? 0);
        isMore = true;
      }
    } catch (error) {
      onFault(error);
      restAlarmOff = clock.at(clock.now() + restMs, wake);
    }
    handingOver = undefined;
  }

  async function deliver(events: BusEvent[]): Promise<void> {
    for (const { pattern, queue } of rules) {
      const matching = events.filter(({ type }) => !pattern.type || pattern.type.includes(type));
      if (matching.length > 0) await send(queue, matching.map(asMessage));
    }
  }

  return {
    async publish(events) {
      if (events.length === 0) return;
      await outbox.add(events);
      wake();
    },
    start() {
      isStarted = true;
      wake();
    },
    async stop() {
      isStarted = false;
      restAlarmOff();
      await handingOver;
      restAlarmOff();
    },
  };
}

function asMessage(event: BusEvent): OutgoingMessage {
  return { body: event as unknown as NonNullable<OutgoingMessage['body']> };
}

function outboxOf(store: Store) {
  store.database.exec(
    'CREATE TABLE IF NOT EXISTS outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL)',
  );
  const add = store.database.prepare('INSERT INTO outbox (event) VALUES (?)');
  const first = store.database.prepare('SELECT sequence, event FROM outbox ORDER BY sequence LIMIT ?');
  const removeUpTo = store.database.prepare('DELETE FROM outbox WHERE sequence <= ?');
  return {
    async add(events: BusEvent[]) {
      const bodies = events.map((event) => JSON.stringify(event));
      await store.write(() => {
        for (const body of bodies) add.run(body);
      });
    },
    first: (rowsMax: number) =>
      store.read(() =>
        first.all(rowsMax).map((row) => ({
          sequence: Number(row['sequence']),
          event: JSON.parse(String(row['event'])) as BusEvent,
        })),
      ),
    removeUpTo: (sequence: number) => store.write(() => removeUpTo.run(sequence)),
  };
}
