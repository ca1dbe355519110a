import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

/**
 * `npm start`'s program in a process of its own, or as npm starts it, below a shell; its output is kept. Not yet ready when
 * this returns.
 */
export function startServing(
  settings: { ORCHESTRATOR_DATA: string } & Record<string, string>,
  by: 'node' | 'npm' = 'node',
): ServedProcess {
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', 'bin/serve.ts'];
  const [command = '', ...parameters] = by === 'npm' ? ['npm', 'start'] : program;
  const child = spawn(command, parameters, {
    env: { ...process.env, PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  return {
    child,
    output: () => output,
    ready: () => vi.waitUntil(() => output.includes('and watch it'), { timeout: 25_000, interval: 10 }),
    token: () => readFileSync(join(settings.ORCHESTRATOR_DATA, 'token'), 'utf8').trim(),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

interface ServedProcess {
  child: ChildProcess;
  output(): string;
  ready(): Promise<unknown>;
  /** The one that it keeps in its data folder. */
  token(): string;
  end(): Promise<void>;
}
