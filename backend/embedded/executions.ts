import type { Clock, Execution, Json } from '../backend.ts';
import type { Store } from './store.ts';

/** What has to be known to run an execution, again if need be. */
export interface ExecutionRow {
  name: string;
  input: Json;
  startedMs: number;
}

/** The stored executions of one machine. */
export interface Executions {
  /** False when one of this name is stored already. */
  add(execution: ExecutionRow): Promise<boolean>;
  end(name: string, ended: Execution): Promise<void>;
  find(name: string): Promise<Execution | undefined>;
  running(): Promise<ExecutionRow[]>;
}

/** As long as AWS keeps the executions of a standard machine: 90 days after their end. */
const retentionMs = 90 * 24 * 60 * 60 * 1000;

export function executionsOf(store: Store, machine: string, clock: Clock): Executions {
  const statements = prepareStatements(store);
  return {
    add({ name, input, startedMs }) {
      const text = JSON.stringify(input);
      return store.write(() => statements.add.run(machine, name, text, startedMs).changes === 1);
    },
    async end(name, { status, output, error }) {
      const text = output === undefined ? null : JSON.stringify(output);
      await store.write(() => {
        statements.end.run(status, text, error ?? null, clock.now(), machine, name);
        statements.prune.run(clock.now() - retentionMs);
      });
    },
    find: (name) =>
      store.read(() => {
        const row = statements.find.get(machine, name) as unknown as EndRow | undefined;
        return row && executionOf(row);
      }),
    running: () =>
      store.read(() =>
        statements.running.all(machine).map((row) => ({
          name: String(row['name']),
          input: JSON.parse(String(row['input'])) as Json,
          startedMs: Number(row['started_ms']),
        })),
      ),
  };
}

interface EndRow {
  status: Execution['status'];
  output: string | null;
  error: string | null;
}

function executionOf({ status, output, error }: EndRow): Execution {
  return { status, ...(output !== null && { output: JSON.parse(output) }), ...(error !== null && { error }) };
}

function prepareStatements({ database }: Store) {
  database.exec(`
    CREATE TABLE IF NOT EXISTS executions (machine TEXT NOT NULL, name TEXT NOT NULL, input TEXT NOT NULL,
      status TEXT NOT NULL DEFAULT 'RUNNING', output TEXT, error TEXT, started_ms INTEGER NOT NULL, ended_ms INTEGER,
      PRIMARY KEY (machine, name));
    CREATE INDEX IF NOT EXISTS executions_running ON executions (machine, started_ms) WHERE status = 'RUNNING';
    CREATE INDEX IF NOT EXISTS executions_ended ON executions (ended_ms) WHERE ended_ms IS NOT NULL;`);
  return {
    add: database.prepare(
      'INSERT INTO executions (machine, name, input, started_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    end: database.prepare(
      'UPDATE executions SET status = ?, output = ?, error = ?, ended_ms = ? WHERE machine = ? AND name = ?',
    ),
    prune: database.prepare('DELETE FROM executions WHERE ended_ms < ?'),
    find: database.prepare('SELECT status, output, error FROM executions WHERE machine = ? AND name = ?'),
    running: database.prepare(
      `SELECT name, input, started_ms FROM executions WHERE machine = ? AND status = 'RUNNING' ORDER BY started_ms`,
    ),
  };
}
