import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../platform/simulated/database.ts';
import { temporaryFolder } from '../../backend/embedded/temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'simulated-platform.sqlite');
});
afterEach(() => folder.remove());

describe('the file of the simulated platform', () => {
  it('that is no database is named, with what to do', () => {
    writeFileSync(file, 'garbage '.repeat(1_000));
    expect(() => openDatabase(file)).toThrow(
      `${file} cannot be opened: file is not a database. Remove it to start the simulated platform anew.`,
    );
  });

  it('that cannot be opened is named, and nothing is to be removed', () => {
    mkdirSync(file);
    expect(() => openDatabase(file)).toThrow(`${file} cannot be opened: unable to open database file.`);
    expect(() => openDatabase(file)).not.toThrow('Remove it');
  });
});
