import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { installProgram } from '../install-program.ts';
import type { Emulator } from './emulator.ts';

/** MiniStack, the slower one, imports some 90 services in about 3 s on a laptop; a busy CI machine is given ten times that. */
const startMaxMs = 30_000;

export interface RunningEmulator {
  endpoint: string;
  stop(): Promise<void>;
}

/**
 * Starts an AWS emulator on a free port of this machine and resolves when it answers. Installs it into .venv/ first where
 * it is missing, which needs Python 3.10 or newer. Throws, with what it printed, when it does not come up.
 */
export async function startEmulator(emulator: Emulator): Promise<RunningEmulator> {
  const program = installProgram(emulator);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const { parameters, environment } = emulator.launch(port);
  const child = spawn(program, parameters, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  child.stdout.on('data', (chunk) => keepLast(printed, chunk));
  child.stderr.on('data', (chunk) => keepLast(printed, chunk));
  try {
    await untilReady(child, emulator, endpoint);
    await configure(emulator, endpoint);
  } catch (error) {
    await stop(child);
    throw new Error(`${(error as Error).message}. It printed:\n${printed.join('')}`);
  }
  return { endpoint, stop: () => stop(child) };
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
