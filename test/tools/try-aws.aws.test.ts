import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const program = resolve('tools/try-aws.ts');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orchestrator-try-'));
  mkdirSync(join(folder, 'tmp'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Started {
  shell: ChildProcess;
  output(): string;
  /** Resolves with the status when the shell has ended. */
  ended: Promise<unknown[]>;
}

/** As npm starts it: below a shell, which passes no signal on. */
function start(): Started {
  const shell = spawn('sh', ['-c', '"$0" "$1"; exit $?', process.execPath, program], {
    cwd: folder,
    env: { ...process.env, npm_lifecycle_event: 'try:aws', TMPDIR: join(folder, 'tmp') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (output += chunk));
  return { shell, output: () => output, ended: once(shell, 'exit') };
}

async function startedEmulator() {
  const first = start();
  await vi.waitFor(() => expect(first.output()).toContain('. .data/try-aws.sh'), { timeout: 40_000, interval: 100 });
  const [, pid, endpoint = ''] = /^# emulator (\d+) (\S+)$/m.exec(environment()) ?? [];
  return { ...first, pid: Number(pid), endpoint };
}

const environment = () => readFileSync(join(folder, '.data', 'try-aws.sh'), 'utf8');

async function nothingIsLeft(endpoint: string) {
  await vi.waitFor(
    async () => {
      await expect(fetch(endpoint)).rejects.toThrow();
      expect([readdirSync(join(folder, 'tmp')), readdirSync(join(folder, '.data'))]).toEqual([[], []]);
    },
    { timeout: 20_000, interval: 100 },
  );
}

describe('npm run try:aws', () => {
  it('refuses a second one, and leaves nothing behind when npm is ended', async () => {
    const first = await startedEmulator();
    const before = environment();
    const second = start();
    expect(await second.ended).toEqual([1, null]);
    expect(second.output()).toContain(`runs already, or left its emulator at ${first.endpoint}. \`kill ${first.pid}\``);
    expect(environment()).toBe(before);
    first.shell.kill('SIGTERM');
    await nothingIsLeft(first.endpoint);
  });

  it('ends with 1 when the emulator has died, and says so', async () => {
    const first = await startedEmulator();
    process.kill(first.pid, 'SIGKILL');
    expect(await first.ended).toEqual([1, null]);
    expect(first.output()).toContain('MiniStack ended.');
    await nothingIsLeft(first.endpoint);
  });
});
