import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedSettings } from './settings.ts';

export interface Token {
  value: string;
  /** Where it came from, for the start-up message. */
  source: 'ORCHESTRATOR_TOKEN' | 'kept' | 'generated';
  file: string;
}

/** The API's token: the setting's, else the one kept in the data folder, else a new one that is kept there with mode 0600. */
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
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
