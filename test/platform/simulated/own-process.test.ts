import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createUpstreamClient } from '../../../platform/client.ts';
import { readCatalogue } from '../../../platform/read-catalogue.ts';
import { startSimulatedPlatform } from '../../../platform/simulated/start-simulated-platform.ts';
import { aiCoderAlpha } from '../../../platform/upstream-apis/ai-coder-alpha.ts';
import { litellmProxy } from '../../../platform/upstream-apis/litellm-proxy.ts';
import { defaultCatalogue, workspace } from './simulated-platform.ts';

const main = fileURLToPath(new URL('../../../platform/simulated/main.ts', import.meta.url));
let folder: string;
let running: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulated-'));
});
afterEach(async () => {
  await end('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function start() {
  const catalogueFile = join(folder, 'catalogue.json');
  const database = join(folder, 'simulated.sqlite');
  const options = ['--database', database, '--catalogue-out', catalogueFile, '--delay-scale', '0'];
  running = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!running.stdout) throw new Error('The process has no output.');
  const [line] = await once(createInterface(running.stdout), 'line');
  const printed = JSON.parse(line) as { control_url: string; catalogue: string };
  const client = createUpstreamClient({
    catalogue: readCatalogue(printed.catalogue),
    secrets: { get: async () => undefined },
    clock: { now: () => Date.now() },
    sleep: async () => {},
    random: () => 0,
  });
  return { client, controlUrl: printed.control_url };
}

async function end(signal: NodeJS.Signals): Promise<number | null> {
  if (!running || running.exitCode !== null || running.signalCode !== null) return null;
  const ended = once(running, 'exit');
  running.kill(signal);
  const [code] = await ended;
  return code;
}

test('jobs, keys, faults and counts survive kill -9', async () => {
  const request = { ...aiCoderAlpha.createTask({ instruction: 'Add a clock', workspace }), idempotencyKey: 'key-1' };
  const before = await start();
  const task = await before.client.call(request);
  const { tokens_used } = task.result ?? {};
  const fault = { service: 'ollama', fault: 'unreachable' };
  await fetch(`${before.controlUrl}/faults`, { method: 'POST', body: JSON.stringify(fault) });
  await end('SIGKILL');

  const after = await start();
  expect(await after.client.call(aiCoderAlpha.getTask(task.id))).toEqual(task);
  expect(await after.client.call(request)).toEqual(task);
  const metrics = await after.client.call(litellmProxy.getMetrics());
  expect(metrics).toContain(`litellm_total_tokens_metric_total ${tokens_used}\n`);
  const starts = await (await fetch(`${after.controlUrl}/starts`)).json();
  expect(starts).toMatchObject({ counts: { 'ai-coder-alpha': 1 } });
  const faults = await (await fetch(`${after.controlUrl}/faults`)).json();
  expect(faults).toMatchObject({ faults: [fault] });
  const ollama = readCatalogue(join(folder, 'catalogue.json')).services.find((service) => service.name === 'ollama');
  await expect(fetch(`${ollama?.url}/api/tags`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});

test('SIGTERM ends the process in order', async () => {
  await start();
  expect(await end('SIGTERM')).toBe(0);
});

test('a taken port is an error', async () => {
  const options = { catalogue: defaultCatalogue, database: ':memory:' };
  const first = await startSimulatedPlatform(options);
  const portBase = Number(new URL(first.controlUrl).port);
  await expect(startSimulatedPlatform({ ...options, portBase })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
});

test('the ports can be fixed, control first', async () => {
  const services = defaultCatalogue.services.slice(0, 2);
  const probe = await startSimulatedPlatform({ catalogue: { services }, database: ':memory:' });
  const portBase = Number(new URL(probe.controlUrl).port);
  await probe.close();
  const platform = await startSimulatedPlatform({ catalogue: { services: [] }, database: ':memory:', portBase });
  expect(platform.controlUrl).toBe(`http://127.0.0.1:${portBase}`);
  await platform.close();
});
