import type { Clock, Handled, Json, QueueMessage } from '../backend.ts';
import type { Store } from './store.ts';

/** A message that was given up, and since when, in epoch milliseconds. */
export interface DeadLetter extends QueueMessage {
  diedMs: number;
}

/** The stored messages of one queue and what can become of them. Each change is one commit. */
export interface Messages {
  add(messages: { id: string; body: string; group: string; dueMs: number }[]): Promise<void>;
  /** Receives a batch that is due, a message from each group in turn, and hides it for the visibility. */
  take(): Promise<QueueMessage[]>;
  /** Says that nobody works on a batch any more, whatever became of it: others of its groups may be taken. */
  letGo(batch: QueueMessage[]): void;
  /** Ends the receive of a batch: what is to be retried stays, and comes due as told; what is dead is kept apart; the rest is gone. */
  settle(batch: QueueMessage[], handled: Handled): Promise<void>;
  /** When the next message comes due that was not due when it was last taken, in epoch milliseconds. */
  nextDueMs(): Promise<number | undefined>;
  dead(): Promise<DeadLetter[]>;
}

interface MessageOptions {
  visibilitySeconds: number;
  receivesMax: number;
  batchSize: number;
  groupMax?: number;
  clock: Clock;
}

export function messagesOf(store: Store, queue: string, options: MessageOptions): Messages {
  const statements = prepareStatements(store);
  const { clock, receivesMax } = options;
  const handedOut = handedOutOf(options.groupMax ?? Number.POSITIVE_INFINITY);
  let lastGroup = '';
  let lookedMs = 0;
  // Whoever had received these was this store's last process, which is no more.
  store.database.prepare('UPDATE messages SET due_ms = 0, is_taken = 0 WHERE queue = ? AND is_taken = 1').run(queue);

  /** The next due message, from the first group after the last one served that has any and is not full, once round. */
  function nextDue(): StoredMessage | undefined {
    lookedMs = clock.now();
    const group = nextGroup(lookedMs);
    if (group === undefined) return undefined;
    lastGroup = group;
    return statements.oldest.get(queue, group, lookedMs) as unknown as StoredMessage | undefined;
  }

  /** Steps from group to group: what waits in a group that is not due costs nothing. */
  function nextGroup(nowMs: number): string | undefined {
    const first = groupAfter(lastGroup);
    let group = first;
    while (group !== undefined && (handedOut.isFull(group) || !statements.oldest.get(queue, group, nowMs))) {
      group = groupAfter(group);
      if (group === first) return undefined;
    }
    return group;
  }

  function groupAfter(group: string): string | undefined {
    const row = statements.groupAfter.get(queue, group) ?? statements.firstGroup.get(queue);
    return row && String(row['group_name']);
  }

  function takeBatch(): QueueMessage[] {
    const batch: QueueMessage[] = [];
    const untilMs = clock.now() + options.visibilitySeconds * 1000;
    for (let next = nextDue(); next; next = batch.length < options.batchSize ? nextDue() : undefined) {
      if (next.receives >= receivesMax) {
        statements.bury.run(next.body, clock.now(), next.id);
        statements.remove.run(next.id);
      } else {
        statements.take.run(untilMs, next.id);
        handedOut.add(next.id, lastGroup);
        batch.push({ id: next.id, body: JSON.parse(next.body) as Json, receives: next.receives + 1 });
      }
    }
    return batch;
  }

  function endReceive(batch: QueueMessage[], { retry, dead = [] }: Handled): void {
    const received = new Map(batch.map(({ id, receives }) => [id, receives]));
    const retried = new Set(retry.map(({ id }) => id));
    for (const { id, body } of dead) statements.bury.run(JSON.stringify(body), clock.now(), id);
    for (const { id, delaySeconds } of retry) release(id, received.get(id), delaySeconds);
    for (const { id, receives } of batch) if (!retried.has(id)) statements.settle.run(id, receives);
  }

  function release(id: string, receives = 0, delaySeconds?: number): void {
    if (delaySeconds === undefined) statements.release.run(id, receives);
    else statements.retry.run(clock.now() + delaySeconds * 1000, id, receives);
  }

  return {
    add: (messages) =>
      store.write(() => {
        for (const { id, body, group, dueMs } of messages) statements.add.run(id, queue, group, body, dueMs);
      }),
    take: () => store.write(takeBatch),
    letGo(batch) {
      for (const { id } of batch) handedOut.remove(id);
    },
    settle: (batch, handled) => store.write(() => endReceive(batch, handled)),
    nextDueMs: () =>
      store.read(() => {
        const due = statements.nextDue.get(queue, lookedMs)?.['due_ms'];
        return typeof due === 'number' ? due : undefined;
      }),
    dead: () => store.read(() => statements.dead.all(queue).map(deadLetter)),
  };
}

/** How many messages of each group are being worked on. One that is received again while it is counts once. */
function handedOutOf(groupMax: number) {
  const groups = new Map<string, string>();
  const counts = new Map<string, number>();
  return {
    isFull: (group: string) => (counts.get(group) ?? 0) >= groupMax,
    add(id: string, group: string) {
      if (groups.has(id)) return;
      groups.set(id, group);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    },
    remove(id: string) {
      const group = groups.get(id);
      if (group === undefined) return;
      groups.delete(id);
      const left = (counts.get(group) ?? 0) - 1;
      if (left > 0) counts.set(group, left);
      else counts.delete(group);
    },
  };
}

interface StoredMessage {
  id: string;
  body: string;
  receives: number;
}

/** A receive that another one has overtaken no longer decides what becomes of the message, hence `receives = ?`. */
function prepareStatements({ database }: Store) {
  database.exec(`
    CREATE TABLE IF NOT EXISTS messages (sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL,
      group_name TEXT NOT NULL, body TEXT NOT NULL, due_ms INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0,
      is_taken INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX IF NOT EXISTS messages_by_group ON messages (queue, group_name, due_ms, sequence);
    CREATE INDEX IF NOT EXISTS messages_by_due ON messages (queue, due_ms);
    CREATE TABLE IF NOT EXISTS dead_letters (sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, queue TEXT NOT NULL,
      body TEXT NOT NULL, receives INTEGER NOT NULL, died_ms INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS dead_letters_by_queue ON dead_letters (queue, sequence);`);
  return {
    add: database.prepare('INSERT INTO messages (id, queue, group_name, body, due_ms) VALUES (?, ?, ?, ?, ?)'),
    groupAfter: database.prepare(`SELECT group_name FROM messages INDEXED BY messages_by_group
      WHERE queue = ? AND group_name > ? ORDER BY group_name LIMIT 1`),
    firstGroup: database.prepare(`SELECT group_name FROM messages INDEXED BY messages_by_group
      WHERE queue = ? ORDER BY group_name LIMIT 1`),
    oldest: database.prepare(`SELECT id, body, receives FROM messages INDEXED BY messages_by_group
      WHERE queue = ? AND group_name = ? AND due_ms <= ? ORDER BY due_ms, sequence LIMIT 1`),
    take: database.prepare('UPDATE messages SET receives = receives + 1, is_taken = 1, due_ms = ? WHERE id = ?'),
    remove: database.prepare('DELETE FROM messages WHERE id = ?'),
    settle: database.prepare('DELETE FROM messages WHERE id = ? AND receives = ?'),
    release: database.prepare('UPDATE messages SET is_taken = 0 WHERE id = ? AND receives = ?'),
    retry: database.prepare('UPDATE messages SET is_taken = 0, due_ms = ? WHERE id = ? AND receives = ?'),
    nextDue: database.prepare('SELECT min(due_ms) AS due_ms FROM messages WHERE queue = ? AND due_ms > ?'),
    bury: database.prepare(`INSERT INTO dead_letters (id, queue, body, receives, died_ms)
      SELECT id, queue, ?, receives, ? FROM messages WHERE id = ?`),
    dead: database.prepare('SELECT id, body, receives, died_ms FROM dead_letters WHERE queue = ? ORDER BY sequence'),
  };
}

function deadLetter(row: Record<string, unknown>): DeadLetter {
  return {
    id: String(row['id']),
    body: JSON.parse(String(row['body'])),
    receives: Number(row['receives']),
    diedMs: Number(row['died_ms']),
  };
}
