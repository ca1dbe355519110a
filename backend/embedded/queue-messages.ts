import type { Clock, Json, QueueMessage } from '../backend.ts';
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
  /** Ends the receive of a batch: what is to be retried stays, and comes due as told; the rest is gone. */
  settle(batch: QueueMessage[], retry: { id: string; delaySeconds?: number }[]): Promise<void>;
  /** When the next message comes due, in epoch milliseconds. */
  nextDueMs(): Promise<number | undefined>;
  dead(): Promise<DeadLetter[]>;
}

interface MessageOptions {
  visibilitySeconds: number;
  receivesMax: number;
  batchSize: number;
  clock: Clock;
}

export function messagesOf(store: Store, queue: string, options: MessageOptions): Messages {
  const statements = prepareStatements(store);
  const { clock, receivesMax } = options;
  let lastGroup = '';
  // Whoever had received these was this store's last process, which is no more.
  store.database.prepare('UPDATE messages SET due_ms = 0, is_taken = 0 WHERE queue = ? AND is_taken = 1').run(queue);

  /** The next due message, from the first group after the last one served that has any, once round. */
  function nextDue(): StoredMessage | undefined {
    const nowMs = clock.now();
    const group =
      statements.groupAfter.get(queue, lastGroup, nowMs) ?? statements.groupFromStart.get(queue, nowMs) ?? undefined;
    if (!group) return undefined;
    lastGroup = String(group['group_name']);
    return statements.oldest.get(queue, lastGroup, nowMs) as unknown as StoredMessage | undefined;
  }

  function takeBatch(): QueueMessage[] {
    const batch: QueueMessage[] = [];
    const untilMs = clock.now() + options.visibilitySeconds * 1000;
    for (let next = nextDue(); next; next = batch.length < options.batchSize ? nextDue() : undefined) {
      if (next.receives >= receivesMax) {
        statements.bury.run(clock.now(), next.id);
        statements.remove.run(next.id);
      } else {
        statements.take.run(untilMs, next.id);
        batch.push({ id: next.id, body: JSON.parse(next.body) as Json, receives: next.receives + 1 });
      }
    }
    return batch;
  }

  return {
    add: (messages) =>
      store.write(() => {
        for (const { id, body, group, dueMs } of messages) statements.add.run(id, queue, group, body, dueMs);
      }),
    take: () => store.write(takeBatch),
    settle: (batch, retry) => {
      const retried = new Map(retry.map((each) => [each.id, each.delaySeconds]));
      return store.write(() => {
        for (const { id, receives } of batch) {
          const delaySeconds = retried.get(id);
          if (!retried.has(id)) statements.remove.run(id);
          else if (delaySeconds === undefined) statements.release.run(id, receives);
          else statements.retry.run(clock.now() + delaySeconds * 1000, id, receives);
        }
      });
    },
    nextDueMs: () =>
      store.read(() => {
        const due = statements.nextDue.get(queue)?.['due_ms'];
        return typeof due === 'number' ? due : undefined;
      }),
    dead: () => store.read(() => statements.dead.all(queue).map(deadLetter)),
  };
}

interface StoredMessage {
  id: string;
  body: string;
  receives: number;
}

/** A receive that another one has overtaken no longer decides when the message comes again, hence `receives = ?`. */
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
      WHERE queue = ? AND group_name > ? AND due_ms <= ? ORDER BY group_name LIMIT 1`),
    groupFromStart: database.prepare(`SELECT group_name FROM messages INDEXED BY messages_by_group
      WHERE queue = ? AND due_ms <= ? ORDER BY group_name LIMIT 1`),
    oldest: database.prepare(`SELECT id, body, receives FROM messages INDEXED BY messages_by_group
      WHERE queue = ? AND group_name = ? AND due_ms <= ? ORDER BY due_ms, sequence LIMIT 1`),
    take: database.prepare('UPDATE messages SET receives = receives + 1, is_taken = 1, due_ms = ? WHERE id = ?'),
    remove: database.prepare('DELETE FROM messages WHERE id = ?'),
    release: database.prepare('UPDATE messages SET is_taken = 0 WHERE id = ? AND receives = ?'),
    retry: database.prepare('UPDATE messages SET is_taken = 0, due_ms = ? WHERE id = ? AND receives = ?'),
    nextDue: database.prepare('SELECT min(due_ms) AS due_ms FROM messages WHERE queue = ?'),
    bury: database.prepare(`INSERT INTO dead_letters (id, queue, body, receives, died_ms)
      SELECT id, queue, body, receives, ? FROM messages WHERE id = ?`),
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
