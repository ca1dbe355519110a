import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hasErrorCode } from './error-code.ts';

/** Makes sure that the folder of all embedded state is there; a new one is its owner's alone. Throws {@link DataFolderNotWritable}. */
export function prepareDataFolder(folder: string): void {
  try {
    makeFolder(resolve(folder));
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw isRefusal(cause) ? new DataFolderNotWritable(folder, { cause }) : cause;
  }
}

/** Another process has the folder open. Two would each undo what the other answered. */
export class DataFolderInUse extends Error {
  override name = 'DataFolderInUse';
  constructor(folder: string, options?: ErrorOptions) {
    super(`The data folder ${folder} is in use by another process.`, options);
  }
}

export class DataFolderNotWritable extends Error {
  override name = 'DataFolderNotWritable';
  constructor(folder: string, options?: ErrorOptions) {
    super(`The data folder ${folder} cannot be written.`, options);
  }
}

/** A later version of the project wrote the folder; reading it with this one could lose what that one stored. */
export class DataFolderTooNew extends Error {
  override name = 'DataFolderTooNew';
  constructor(folder: string) {
    super(`The data folder ${folder} was written by a later version.`);
  }
}

/** What the folder's database file holds is none, or is damaged. */
export class DataFolderDamaged extends Error {
  override name = 'DataFolderDamaged';
  constructor(file: string, options?: ErrorOptions) {
    super(`${file} is damaged, or no database. Restore the whole folder from a backup, or choose another.`, options);
  }
}

/** One level at a time, as Node's recursive mkdir tries for ever below a folder that takes none, such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const wasMadeMeanwhile = hasErrorCode(error, 'EEXIST') && existsSync(folder);
    if (!wasMadeMeanwhile) throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT');
}
