import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** Pinned, so that a test run means the same on every machine. */
const version = '1.5.33';
const folder = join(import.meta.dirname, '..', '.venv', `ministack-${version}`);

/** MiniStack imports some 90 services in about 3 s on a laptop; a busy CI machine is given ten times that. */
const startMaxMs = 30_000;

export interface RunningMiniStack {
  endpoint: string;
  stop(): Promise<void>;
}

/**
 * Starts MiniStack, an AWS emulator, on a free port of this machine and resolves when it answers. Installs it into .venv/
 * first where it is missing, which needs Python 3.10 or newer. Throws, with what it printed, when it does not come up.
 */
export async function startMiniStack(): Promise<RunningMiniStack> {
  install();
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(join(folder, 'bin', 'ministack'), {
    env: { ...process.env, GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', MINISTACK_HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  child.stdout.on('data', (chunk) => keepLast(printed, chunk));
  child.stderr.on('data', (chunk) => keepLast(printed, chunk));
  await untilReady(child, endpoint).catch(async (error: Error) => {
    await stop(child);
    throw new Error(`${error.message}. It printed:\n${printed.join('')}`);
  });
  return { endpoint, stop: () => stop(child) };
}

function install() {
  if (existsSync(join(folder, 'bin', 'ministack'))) return;
  console.log(`Installing MiniStack ${version} into .venv/ (once).`);
  run('python3', ['-m', 'venv', '--clear', folder]);
  run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `ministack==${version}`]);
}

function run(command: string, parameters: string[]) {
  const { status, error } = spawnSync(command, parameters, { stdio: 'inherit' });
  if (status !== 0) {
    throw new Error(`"${command} ${parameters.join(' ')}" failed (${error?.message ?? `status ${status}`})`);
  }
}

async function untilReady(child: ChildProcess, endpoint: string) {
  const end = Date.now() + startMaxMs;
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  while (Date.now() < end) {
    if (failure) throw new Error(`MiniStack could not be started (${failure.message})`);
    if (child.exitCode !== null) throw new Error(`MiniStack ended with status ${child.exitCode}`);
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(100);
  }
  throw new Error(`MiniStack did not answer within ${startMaxMs / 1000} s`);
}

/** Ends the process, by force after 5 s: nothing of its state is kept. */
async function stop(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
}

function keepLast(lines: string[], chunk: unknown) {
  lines.push(String(chunk));
  if (lines.length > 100) lines.shift();
}
