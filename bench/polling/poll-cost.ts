import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as elapse } from 'node:timers/promises';
import { readinessPath } from '../../platform/catalogue.ts';
import { median } from '../measure.ts';
import { openPolledHome, type PolledHome } from './polled-home.ts';
import { startStubs } from './stub-process.ts';

export interface PollCost {
  services: number;
  /** How many connections a round makes: one for each service, and one more where it has a readiness. */
  connections: number;
  /** From the start of a round until all of it is recorded, median. */
  roundMs: number;
  /** CPU time of this process for a round and what follows of it, median of the batches' means. */
  cpuMsPerRound: number;
}

interface Options {
  /** How many times the platform's 37 services. */
  copies: number;
  delayMs: number;
  /** Rounds before, in which the code is compiled. */
  warmUps: number;
  /** Enough rounds in each batch that it has its share of garbage collection. */
  batches: number;
  roundsEach: number;
}

/** In which what a round leaves behind is closed, so that it does not count as time of the next one. */
const restMs = 25;

/** What a round of the real task costs, with stubs that all answer well. */
export async function pollCost({ copies, delayMs, ...counts }: Options): Promise<PollCost> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
  const stubs = await startStubs({ copies, delayMs });
  const { services } = stubs.catalogue;
  const home = openPolledHome({ folder, catalogue: stubs.catalogue });
  try {
    const connections = services.reduce((sum, service) => sum + (readinessPath(service) === undefined ? 1 : 2), 0);
    return { services: services.length, connections, ...(await measure(home, counts)) };
  } finally {
    await home.close();
    await stubs.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(home: PolledHome, { warmUps, batches, roundsEach }: Omit<Options, 'copies' | 'delayMs'>) {
  const roundsMs: number[] = [];
  const cpusMs: number[] = [];
  for (let round = 0; round < warmUps; round += 1) await home.poll();
  for (let batch = 0; batch < batches; batch += 1) {
    const cpuBefore = process.cpuUsage();
    for (let round = 0; round < roundsEach; round += 1) {
      const startedMs = performance.now();
      await home.poll();
      roundsMs.push(performance.now() - startedMs);
      await elapse(restMs);
    }
    const { user, system } = process.cpuUsage(cpuBefore);
    cpusMs.push((user + system) / 1000 / roundsEach);
  }
  return { roundMs: median(roundsMs), cpuMsPerRound: median(cpusMs) };
}
