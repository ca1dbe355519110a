import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPolledHome } from './polled-home.ts';
import { startStubs } from './stub-process.ts';

interface Options {
  /** How many services never answer. */
  hanging: number;
  delayMs: number;
  rounds: number;
}

/** How long a round waits for services that hang; the others' records must not wait with it. */
const timeoutMs = 500;

/**
 * The longest time, in ms, from a service's answer until its record is committed, over all services that answer and all
 * rounds. Services over TCP are left out: what accepts their connections is the kernel, which tells nobody when.
 */
export async function longestRecordDelayMs({ hanging, delayMs, rounds }: Options): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
  const stubs = await startStubs({ copies: 1, hanging, delayMs });
  const environment = { PROBE_TIMEOUT_MS: String(timeoutMs), PROBE_SLOW_MS: String(timeoutMs / 2) };
  const home = openPolledHome({ folder, catalogue: stubs.catalogue, environment });
  const delaysMs: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      await home.poll();
      for (const [service, answeredMs] of await stubs.answersMs()) {
        delaysMs.push((home.recordsMs.get(service) ?? Number.POSITIVE_INFINITY) - answeredMs);
      }
    }
    return Math.max(...delaysMs);
  } finally {
    await home.close();
    await stubs.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
