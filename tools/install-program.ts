import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface PythonProgram {
  name: string;
  /** Pinned, so that a test run means the same on every machine. */
  version: string;
  /** What pip installs. */
  packages: string[];
  /** The program's name in the virtual environment. */
  program: string;
}

/**
 * The path of a Python program, in a virtual environment of its own in .venv/, where it is installed first if it is
 * missing. One that was not completed is made anew. Throws without Python 3.10 or newer and its `venv`, and when pip fails.
 */
export function installProgram({ name, version, packages, program }: PythonProgram): string {
  const folder = join(import.meta.dirname, '..', '.venv', `${name.toLowerCase().replaceAll(' ', '-')}-${version}`);
  const path = join(folder, 'bin', program);
  if (existsSync(path)) return path;
  refuseOtherPython(name);
  console.log(`Installing ${name} ${version} into .venv/ (once).`);
  run('python3', ['-m', 'venv', '--clear', folder]);
  run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages]);
  return path;
}

/** Debian has `venv` and what it needs in a package of its own. */
function refuseOtherPython(name: string) {
  const isThere = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
  if (spawnSync('python3', ['-c', isThere]).status === 0) return;
  throw new Error(`${name} needs Python 3.10 or newer with venv (on Debian the packages python3 and python3-venv).`);
}

function run(command: string, parameters: string[]) {
  const { status, error } = spawnSync(command, parameters, { stdio: 'inherit' });
  if (status !== 0) {
    throw new Error(`"${command} ${parameters.join(' ')}" failed (${error?.message ?? `status ${status}`})`);
  }
}
