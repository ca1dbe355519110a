import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrorCode } from '../../backend/embedded/error-code.ts';
import { bearerToken, type EmbeddedSettings } from './settings.ts';

export interface Token {
  value: string;
  /** Where it came from, for the start-up message. */
  source: 'ORCHESTRATOR_TOKEN' | 'kept' | 'generated';
  file: string;
}

/**
 * The API's token: the setting's, else the one kept in the data folder, else a new one that is kept there with mode 0600.
 * Throws an Error that names the file, and quotes nothing of it, when what is kept cannot be read or be a token.
 */
export function readToken({ token, dataFolder }: Pick<EmbeddedSettings, 'token' | 'dataFolder'>): Token {
  const file = join(dataFolder, 'token');
  if (token !== undefined) return { value: token, source: 'ORCHESTRATOR_TOKEN', file };
  const kept = readKept(file);
  if (kept) return { value: kept, source: 'kept', file };
  const value = randomBytes(32).toString('base64url');
  writeFileSync(`${file}.new`, `${value}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return { value, source: 'generated', file };
}

function readKept(file: string): string | undefined {
  const kept = readText(file)?.trim();
  if (!kept || bearerToken.safeParse(kept).success) return kept;
  throw new Error(
    `The token in ${file} must be 16 to 1024 printable ASCII characters without spaces. Mend it, or remove the file to get a new token.`,
  );
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return undefined;
    const why = hasErrorCode(cause, 'EISDIR') ? 'it is a folder' : (cause as Error).message;
    throw new Error(`The token in ${file} cannot be read: ${why}. Move it away to get a new token.`, { cause });
  }
}
