import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as elapse } from 'node:timers/promises';
import { startBareServer, startOrchestrator } from '../http/server-process.ts';
import { median } from '../measure.ts';
import { startStubs } from './stub-process.ts';

interface Options {
  /** What each service that is polled takes. */
  delayMs: number;
  /** Rounds of a second each. */
  warmUpRounds: number;
  rounds: number;
}

export interface Latency {
  requests: number;
  worstMs: number;
  /** The worst of a round, median over the rounds. */
  usualWorstMs: number;
}

const token = 'benchmark-token-0123456789';
const intervalSeconds = 1;

/** So that the servers are idle most of the time, as they are where nothing but health is asked for. */
const restMs = 1;

/**
 * How long `GET /health` takes while the process polls once a second: one request after the other, so that whatever
 * holds the process up for longer than a rest is met. A bare server is asked in turns and tells what the machine adds.
 */
export async function healthLatency(options: Options): Promise<{ ours: Latency; bare: Latency }> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
  const stubs = await startStubs({ copies: 1, delayMs: options.delayMs });
  const catalogueFile = join(folder, 'catalogue.json');
  writeFileSync(catalogueFile, JSON.stringify(stubs.catalogue));
  const orchestrator = await startOrchestrator({
    PORT: '0',
    HOST: '127.0.0.1',
    ORCHESTRATOR_TOKEN: token,
    ORCHESTRATOR_DATA: join(folder, 'data'),
    ORCHESTRATOR_CATALOGUE: catalogueFile,
    PROBE_INTERVAL_SECONDS: String(intervalSeconds),
    DOCKER_HOST: `unix://${join(folder, 'no-docker.sock')}`,
    LOG_LEVEL: 'ERROR',
  });
  const bareServer = await startBareServer({ headers: { 'content-type': 'application/json' }, body: '{}' });
  try {
    return await measure(orchestrator.port, bareServer.port, options);
  } finally {
    await orchestrator.close();
    await bareServer.close();
    await stubs.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(port: number, barePort: number, { warmUpRounds, rounds }: Options) {
  const agent = new Agent({ keepAlive: true });
  const [ours, bare]: [number[][], number[][]] = [[], []];
  try {
    for (let round = 0; round < warmUpRounds + rounds; round += 1) {
      const samples = await sampleRound(port, barePort, agent);
      if (round < warmUpRounds) continue;
      ours.push(samples.ours);
      bare.push(samples.bare);
    }
  } finally {
    agent.destroy();
  }
  return { ours: latencyOf(ours), bare: latencyOf(bare) };
}

/** For as long as from one poll to the next, so that each round holds one. */
async function sampleRound(port: number, barePort: number, agent: Agent) {
  const [ours, bare]: [number[], number[]] = [[], []];
  const endAt = performance.now() + intervalSeconds * 1000;
  while (performance.now() < endAt) {
    ours.push(await request(port, agent));
    await elapse(restMs);
    bare.push(await request(barePort, agent));
    await elapse(restMs);
  }
  return { ours, bare };
}

/** How long one request takes to the end of its answer, in ms. */
function request(port: number, agent: Agent): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const startedAt = performance.now();
  const options = { host: '127.0.0.1', port, path: '/health', agent, headers: { authorization: `Bearer ${token}` } };
  get(options, (response) => {
    if (response.statusCode !== 200) reject(new Error(`GET /health answers ${response.statusCode}.`));
    response.resume().once('end', () => resolve(performance.now() - startedAt));
  }).on('error', reject);
  return promise;
}

function latencyOf(rounds: number[][]): Latency {
  const worstsMs = rounds.map((samples) => Math.max(...samples));
  return { requests: rounds.flat().length, worstMs: Math.max(...worstsMs), usualWorstMs: median(worstsMs) };
}
