import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as elapse } from 'node:timers/promises';
import { median } from '../measure.ts';
import { bareRound, connectionsOf } from './bare-round.ts';
import { openPolledHome } from './polled-home.ts';
import { serviceMs } from './service-times.ts';
import { type StubProcess, startStubs } from './stub-process.ts';

export interface PollCost {
  services: number;
  /** How many connections a round makes. */
  connections: number;
  ours: RoundCost;
  /** A {@link bareRound} of the same connections. */
  bare: RoundCost;
  /** What the stubs took in a round of ours, see {@link serviceMs}. */
  serviceMs: number;
}

interface RoundCost {
  /** From the start of a round until all of it is there, or recorded; median. */
  roundMs: number;
  /** CPU time of this process for a round and what follows of it; median of the batches' means. */
  cpuMs: number;
}

interface Options {
  /** How many times the platform's 37 services. */
  copies: number;
  delayMs: number;
  batches: number;
  /** So many rounds in each batch that it has its share of garbage collection. */
  roundsEach: number;
}

/** In which what a round leaves behind is closed, so that it does not count as time of the next one. */
const restMs = 25;

/** So many rounds that the compilers have settled; against services that answer at once, so that they take but some seconds. */
const warmUps = 200;

/** To be called once, before costs are measured. */
export async function warmUp(): Promise<void> {
  await withRounds({ copies: 1, delayMs: 0 }, async (rounds) => {
    for (let count = 0; count < warmUps; count += 1) for (const round of [rounds.ours, rounds.bare]) await round();
  });
}

/**
 * What a round of the real task costs, with stubs that all answer well. Its batches and bare ones are measured in turns, so
 * that what else the machine does meets both alike.
 */
export async function pollCost({ copies, delayMs, batches, roundsEach }: Options): Promise<PollCost> {
  return withRounds({ copies, delayMs }, async (rounds, stubs) => {
    const { services } = stubs.catalogue;
    const ours = samplesOf(rounds.ours);
    const bare = samplesOf(rounds.bare);
    for (let batch = 0; batch < batches; batch += 1) for (const { take } of [ours, bare]) await take(roundsEach);
    const connections = services.reduce((sum, service) => sum + connectionsOf(service), 0);
    const took = await serviceMs(stubs, rounds.ours);
    return { services: services.length, connections, ours: ours.cost(), bare: bare.cost(), serviceMs: took };
  });
}

type Round = () => Promise<void>;

/** Opens stubs and a home for a while. Both kinds of rounds have run once. */
async function withRounds<T>(
  stubOptions: Parameters<typeof startStubs>[0],
  work: (rounds: { ours: Round; bare: Round }, stubs: StubProcess) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
  const stubs = await startStubs(stubOptions);
  const { services } = stubs.catalogue;
  const home = openPolledHome({ folder, catalogue: stubs.catalogue });
  const rounds = { ours: home.poll, bare: () => bareRound(services) };
  try {
    for (const round of [rounds.ours, rounds.bare]) await round();
    return await work(rounds, stubs);
  } finally {
    await home.close();
    await stubs.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function samplesOf(round: Round) {
  const roundsMs: number[] = [];
  const cpusMs: number[] = [];
  return {
    /** One batch. */
    async take(rounds: number) {
      const cpuBefore = process.cpuUsage();
      for (let count = 0; count < rounds; count += 1) {
        const startedMs = performance.now();
        await round();
        roundsMs.push(performance.now() - startedMs);
        await elapse(restMs);
      }
      const { user, system } = process.cpuUsage(cpuBefore);
      cpusMs.push((user + system) / 1000 / rounds);
    },
    cost: (): RoundCost => ({ roundMs: median(roundsMs), cpuMs: median(cpusMs) }),
  };
}
