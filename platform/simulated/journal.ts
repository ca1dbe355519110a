import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

/** The calls that were received, the last 500 of each service. Credentials are never written down. */
export function createJournal(database: DatabaseSync): Journal {
  const insert = database.prepare(
    'INSERT INTO requests (service, at, method, path, headers, body) VALUES (?, ?, ?, ?, ?, ?) RETURNING number',
  );
  const trim = database.prepare(`
    DELETE FROM requests WHERE service = ? AND number <=
      (SELECT number FROM requests WHERE service = ? ORDER BY number DESC LIMIT 1 OFFSET ${entriesMax})`);
  const select = database.prepare(`
    SELECT * FROM requests WHERE (? = '' OR service = ?) AND instr(method || ' ' || path || ' ' || body, ?) > 0
    ORDER BY number DESC LIMIT ${entriesMax}`);
  return {
    record({ service, at, method, path, headers, body }) {
      const kept = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, credentialHeaders.test(name) ? '***' : value]),
      );
      insert.run(service, at, method, path, JSON.stringify(kept), body.slice(0, bodyCharactersMax));
      trim.run(service, service);
    },
    list: (service, match) =>
      z
        .array(entryRow)
        .parse(select.all(service, service, match))
        .reverse(),
  };
}

export interface Journal {
  record(entry: JournalEntry): void;
  /** Oldest first; of every service for an empty name. */
  list(service: string, match: string): JournalEntry[];
}

interface JournalEntry {
  service: string;
  /** Epoch ms. */
  at: number;
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, unknown>;
  body: string;
}

/** Enough to see what a test or a person did, in a file that stays small. */
const entriesMax = 500;
const bodyCharactersMax = 16 * 1024;
const credentialHeaders = /^(authorization|proxy-authorization|cookie|x-api-key|.*(token|secret).*)$/i;

const entryRow = z.object({
  service: z.string(),
  at: z.int(),
  method: z.string(),
  path: z.string(),
  headers: z.string().transform((text): Record<string, unknown> => JSON.parse(text)),
  body: z.string(),
});
