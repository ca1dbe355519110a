import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { installProgram } from '../../tools/install-program.ts';

it('a machine without Python and venv is told that they are needed, and nothing is installed', () => {
  const empty = mkdtempSync(join(tmpdir(), 'orchestrator-path-'));
  const { PATH } = process.env;
  onTestFinished(() => {
    process.env['PATH'] = PATH;
    rmSync(empty, { recursive: true });
  });
  process.env['PATH'] = empty;
  const program = { name: 'Nothing', version: '0', packages: ['none'], program: 'none' };
  expect(() => installProgram(program)).toThrow(/^Nothing needs Python 3\.10 or newer with venv/);
  expect(existsSync('.venv/nothing-0')).toBe(false);
});
