import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DataFolderInUse } from '../../../backend/embedded/data-folder.ts';
import { openEmbeddedBackend } from '../../../backend/embedded/embedded-backend.ts';
import { openStore } from '../../../backend/embedded/store.ts';
import { hasTrace, probeOptions } from './crash-probe.ts';
import { temporaryFolder } from './temporary-folder.ts';

const patience = { timeout: 20_000, interval: 20 };
let folder: ReturnType<typeof temporaryFolder>;
const children: ChildProcessByStdio<null, Readable, null>[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  folder.remove();
});

function startWorking(round: number) {
  const script = fileURLToPath(new URL('crash-probe.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder.path, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

/** Works until that many things were answered, is killed at once, and gives the ids by what was answered. */
async function workAndBeKilled(round: number, answersMax: number): Promise<[string, string][]> {
  const child = startWorking(round);
  const answers: [string, string][] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    answers.push(line.split(' ') as [string, string]);
    if (answers.length === answersMax) child.kill('SIGKILL');
  }
  expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGKILL');
  return answers;
}

it('what was answered survives kill -9 at any moment, and what was under way is done by the next process', async () => {
  const answers: [string, string][] = [];
  for (const [round, answersMax] of [1, 20, 333, 1000].entries()) {
    answers.push(...(await workAndBeKilled(round, answersMax)));
  }
  const idsOf = (what: string) => answers.filter(([kind]) => kind === what).map(([, id]) => id);
  const backend = await openEmbeddedBackend(probeOptions(folder.path));
  try {
    for (const id of idsOf('put')) expect(await backend.table('locks').get({ pk: id, sk: 'lock' })).toBeDefined();
    const counter = await backend.table('requests').get({ pk: 'counter', sk: 'all' });
    expect(counter?.['count']).toBeGreaterThanOrEqual(idsOf('added').length);
    for (const id of idsOf('stored')) {
      expect(Buffer.from((await backend.objects.get(`objects/${id}`)) ?? []).toString()).toBe(`object ${id}`);
    }
    await vi.waitFor(async () => {
      for (const id of idsOf('published')) expect(await hasTrace(backend, `published-${id}`), id).toBe(true);
      for (const id of idsOf('sent')) expect(await hasTrace(backend, `sent-${id}`), id).toBe(true);
      for (const id of idsOf('started')) {
        expect((await backend.machine('pipeline').describe(`run-${id}`))?.status).toBe('SUCCEEDED');
        expect(await hasTrace(backend, `run-${id}-1`)).toBe(true);
        expect(await hasTrace(backend, `run-${id}-2`)).toBe(true);
      }
    }, patience);
    expect(await backend.queue('event-log').deadLetters()).toEqual([]);
    expect(idsOf('sent').length).toBeGreaterThan(100);
  } finally {
    await backend.close();
  }
});

it('a data folder that a process works on is refused to another, by name, and is free once that is killed', async () => {
  const child = startWorking(0);
  await once(child.stdout, 'data');
  expect(() => openStore(folder.path)).toThrow(DataFolderInUse);
  expect(() => openStore(folder.path)).toThrow(folder.path);
  child.kill('SIGKILL');
  await once(child, 'exit');
  openStore(folder.path).close();
});
