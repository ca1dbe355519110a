import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  DataFolderDamaged,
  DataFolderInUse,
  DataFolderNotWritable,
  DataFolderTooNew,
  prepareDataFolder,
} from './data-folder.ts';
import { type Turns, turnsOf } from './turns.ts';

/** The one SQLite file that holds all embedded state but objects, open for this process alone. */
export interface Store extends Turns {
  database: DatabaseSync;
  /** Commits what was asked for, and lets the folder go. */
  close(): void;
}

/** Raised when what the file holds can no longer be read by the version before. */
const schemaVersion = 1;

/**
 * Opens the store of a data folder, creating both where absent. Throws {@link DataFolderInUse},
 * {@link DataFolderNotWritable}, {@link DataFolderTooNew} or {@link DataFolderDamaged}.
 *
 * A commit has handed its pages to the operating system, so that it survives the end of the process by any signal.
 * `synchronous = NORMAL` only forgoes waiting for the disk at each commit: a power cut may undo the last commits,
 * whole and in order, and never corrupts.
 */
export function openStore(folder: string): Store {
  prepareDataFolder(folder);
  const database = openDatabase(folder);
  try {
    const turns = turnsOf(database);
    return {
      ...turns,
      database,
      close() {
        turns.finish();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function openDatabase(folder: string): DatabaseSync {
  const file = join(folder, 'state.sqlite');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec('BEGIN EXCLUSIVE; COMMIT;');
    chmodSync(file, 0o600);
    claimVersion(database, folder);
    return database;
  } catch (error) {
    database?.close();
    throw readable(error, folder);
  }
}

function claimVersion(database: DatabaseSync, folder: string): void {
  const row = database.prepare('PRAGMA user_version').get();
  if (Number(row?.['user_version']) > schemaVersion) throw new DataFolderTooNew(folder);
  database.exec(`PRAGMA user_version = ${schemaVersion}`);
}

/** Result codes of SQLite; the low byte is the primary one. */
const sqlite = { busy: 5, readOnly: 8, corrupt: 11, cannotOpen: 14, notADatabase: 26 };

function readable(cause: unknown, folder: string): unknown {
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : undefined;
  if (code === sqlite.busy) return new DataFolderInUse(folder, { cause });
  if (code === sqlite.readOnly || code === sqlite.cannotOpen) return new DataFolderNotWritable(folder, { cause });
  if (code === sqlite.corrupt || code === sqlite.notADatabase) {
    return new DataFolderDamaged(join(folder, 'state.sqlite'), { cause });
  }
  return cause;
}
