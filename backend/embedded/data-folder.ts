import { accessSync, constants, mkdirSync } from 'node:fs';
import { hasErrorCode } from './error-code.ts';

/** Makes sure that the folder of all embedded state is there, and only its owner's. Throws {@link DataFolderNotWritable}. */
export function prepareDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
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

function isRefusal(error: unknown): boolean {
  return hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST');
}
