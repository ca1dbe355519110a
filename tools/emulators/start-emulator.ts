import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { installProgram } from '../install-program.ts';
import type { Emulator } from './emulator.ts';

/** MiniStack, the slower one, imports some 90 services in about 3 s on a laptop; a busy CI machine is given ten times that. */
const startMaxMs = 30_000;

export interface RunningEmulator {
  endpoint: string;
  pid: number;
  /** Resolves when it has ended, whoever ended it, with what it printed last. */
  ended: Promise<string>;
  /** Ends it, and removes what it keeps in files. */
  stop(): Promise<void>;
}

/**
 * Starts an AWS emulator on a free port of this machine and resolves when it answers. Installs it into .venv/ first where
 * it is missing, which needs Python 3.10 or newer. Throws, with what it printed, when it does not come up.
 *
 * The code of functions and other files of it are in a folder of its own, as it leaves them behind. That is not in the
 * project, whose package.json and packages functions would find there.
 */
export async function startEmulator(emulator: Emulator): Promise<RunningEmulator> {
  const program = installProgram(emulator);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const { parameters, environment } = emulator.launch(port);
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-emulator-'));
  const child = spawn(program, parameters, {
    env: { ...process.env, TMPDIR: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  child.stdout.on('data', (chunk) => keepLast(printed, chunk));
  child.stderr.on('data', (chunk) => keepLast(printed, chunk));
  const ended = new Promise<string>((resolve) => child.once('exit', () => resolve(printed.join(''))));
  const end = async () => {
    await stop(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await untilReady(child, emulator, endpoint);
    await configure(emulator, endpoint);
  } catch (error) {
    await end();
    throw new Error(`${(error as Error).message}. It printed:\n${printed.join('')}`);
  }
  return { endpoint, pid: child.pid as number, ended, stop: end };
}

async function untilReady(child: ChildProcess, { name, readyPath }: Emulator, endpoint: string) {
  const end = Date.now() + startMaxMs;
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  while (Date.now() < end) {
    if (failure) throw new Error(`${name} could not be started (${failure.message})`);
    if (child.exitCode !== null) throw new Error(`${name} ended with status ${child.exitCode}`);
    const answer = await fetch(`${endpoint}${readyPath}`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(100);
  }
  throw new Error(`${name} did not answer within ${startMaxMs / 1000} s`);
}

async function configure({ name, configuration }: Emulator, endpoint: string) {
  if (!configuration) return;
  const body = JSON.stringify(configuration.body);
  const answer = await fetch(`${endpoint}${configuration.path}`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`${name} refused its configuration with status ${answer.status}`);
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
