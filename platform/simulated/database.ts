import { DatabaseSync } from 'node:sqlite';

/**
 * Opens the one file that the stand-ins remember everything in, creating it where it is missing; `:memory:` forgets.
 * What was answered survives the end of the process (kill -9 included), though not a power cut: nobody waits for a disk
 * here, so that the stand-ins don't blur what is measured with them. Throws an Error that names a file that cannot be opened
 * as such, and what to do.
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec(schema);
    return database;
  } catch (cause) {
    database?.close();
    const { message } = cause as Error;
    const advice = isDamaged(cause) ? ' Remove it to start the simulated platform anew.' : '';
    throw new Error(`${path} cannot be opened: ${message}.${advice}`, { cause });
  }
}

/** By SQLite's result codes for damaged files and for those that are no database; the low byte is the primary one. */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff);
}

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS work (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    service TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    request TEXT NOT NULL,
    idempotency_key TEXT,
    accepted_at INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER,
    fault TEXT,
    stopped_at INTEGER,
    is_preset INTEGER NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX IF NOT EXISTS work_by_key ON work (service, idempotency_key);
  CREATE INDEX IF NOT EXISTS work_by_subject ON work (service, kind, subject, number);
  CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    service TEXT NOT NULL,
    match TEXT NOT NULL,
    fault TEXT NOT NULL,
    status INTEGER,
    retry_after INTEGER,
    remaining INTEGER
  );
  CREATE TABLE IF NOT EXISTS requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    service TEXT NOT NULL,
    at INTEGER NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS requests_by_service ON requests (service, number);
  CREATE TABLE IF NOT EXISTS containers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS served (
    service TEXT NOT NULL,
    since INTEGER NOT NULL,
    route TEXT NOT NULL,
    status INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    count INTEGER NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (service, since, route, status, bucket)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  );
`;
