import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from '../../platform/catalogue.ts';
import { readCatalogue } from '../../platform/read-catalogue.ts';

const program = fileURLToPath(new URL('../../platform/simulated/main.ts', import.meta.url));

/** Starts the stand-ins, which answer at once, in a process of their own, so that their work is not the orchestrator's. */
export async function startStandIns(folder: string): Promise<{ catalogue: Catalogue; close(): Promise<void> }> {
  const catalogueFile = join(folder, 'catalogue.json');
  const options = ['--catalogue-out', catalogueFile, '--delay-scale', '0'];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The stand-ins ended with ${code} before they were running.`);
  });
  await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  return {
    catalogue: readCatalogue(catalogueFile),
    async close() {
      ended.catch(() => undefined);
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
