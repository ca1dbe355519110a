import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readToken } from '../../../bin/embedded/token.ts';
import { temporaryFolder } from '../../backend/embedded/temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'token');
});
afterEach(() => folder.remove());

const read = (token?: string) => readToken({ token, dataFolder: folder.path });

describe('the token', () => {
  it('is made once and kept', () => {
    const { value, source } = read();
    expect([source, readFileSync(file, 'utf8')]).toEqual(['generated', `${value}\n`]);
    expect(read()).toEqual({ value, source: 'kept', file });
  });

  it('is that of the setting, whatever is kept', () => {
    writeFileSync(file, 'x y');
    expect(read('a'.repeat(16))).toMatchObject({ value: 'a'.repeat(16), source: 'ORCHESTRATOR_TOKEN' });
  });

  it.each(['x y', 'with a space, and long enough', 'tökén-of-many-characters', 'short'])(
    'that is kept and no header can carry is refused with its file, and not quoted: %j',
    (kept) => {
      writeFileSync(file, `${kept}\n`);
      expect(() => read()).toThrow(`The token in ${file} must be 16 to 1024 printable ASCII characters`);
      expect(() => read()).not.toThrow(kept);
    },
  );

  it('is refused with its file where that is a folder', () => {
    mkdirSync(file);
    expect(() => read()).toThrow(
      `The token in ${file} cannot be read: it is a folder. Move it away to get a new token.`,
    );
  });
});
