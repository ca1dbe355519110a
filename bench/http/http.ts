import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../backend/backend.ts';
import { openStore } from '../../backend/embedded/store.ts';
import { openTable } from '../../backend/embedded/table.ts';
import { tables } from '../../backend/resources.ts';
import { type Benchmark, type Measure, median } from '../measure.ts';
import { seedPipelines } from '../pipelines/seed-pipelines.ts';
import { generateLoad } from './load.ts';
import { type BareAnswer, type ServerProcess, startBareServer, startOrchestrator } from './server-process.ts';

/** The goals of the design for authenticated, rate-limited reads. */
const requestsPerSecondMin = 8_000;
const ratioToBareMax = 6;

const token = 'benchmark-token-0123456789';
const connections = 32;

/** Long enough for the compilers to have settled, and three rounds so that the median stands when one is disturbed. */
const warmUpMs = 1_500;
const roundMs = 1_500;
const rounds = 5;

/**
 * What a request costs over HTTP, in CPU time and in time, beside a bare `node:http` server that answers the same bytes
 * and headers. CPU time is what goals are judged by: it hardly changes when other programs use the machine.
 */
export const http: Benchmark = {
  name: 'HTTP',
  async run() {
    const dataFolder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
    await seed(dataFolder);
    const orchestrator = await startOrchestrator({
      PORT: '0',
      HOST: '127.0.0.1',
      ORCHESTRATOR_TOKEN: token,
      ORCHESTRATOR_DATA: dataFolder,
      ORCHESTRATOR_CATALOGUE: fileURLToPath(new URL('../../platform/catalogue.json', import.meta.url)),
      RATE_LIMITS: 'read=999999999',
      PROBE_INTERVAL_SECONDS: '60',
      DOCKER_HOST: `unix://${join(dataFolder, 'no-docker.sock')}`,
      LOG_LEVEL: 'ERROR',
    });
    try {
      const list = await compare(orchestrator, '/api/v1/pipeline');
      const health = await compare(orchestrator, '/health');
      return [...measuresOf('GET /api/v1/pipeline', list, true), ...measuresOf('GET /health', health, false)];
    } finally {
      await orchestrator.close();
      rmSync(dataFolder, { recursive: true, force: true });
    }
  },
};

async function seed(dataFolder: string): Promise<void> {
  const store = openStore(dataFolder);
  await seedPipelines(openTable(store, 'pipelines', tables.pipelines.indexes, systemClock));
  store.close();
}

interface Cost {
  cpuMicroseconds: number;
  requestsPerSecond: number;
  /** Share of one core that the load generator used: near 1 it would measure itself. */
  generatorLoad: number;
}

interface Comparison {
  ours: Cost;
  bare: Cost;
  /** Medians over the rounds of ours divided by bare, in CPU time per request. */
  ratio: number;
  bytes: number;
}

/** Measures both servers in turns, so that what else the machine does meets both alike. */
async function compare(orchestrator: ServerProcess, path: string): Promise<Comparison> {
  const answer = await answerOf(orchestrator.port, path);
  const bareServer = await startBareServer(answer);
  try {
    for (const server of [orchestrator, bareServer]) await costOf(server, path, warmUpMs);
    const ours: Cost[] = [];
    const bare: Cost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await costOf(orchestrator, path, roundMs));
      bare.push(await costOf(bareServer, path, roundMs));
    }
    const [ourCost, bareCost] = [medianCost(ours), medianCost(bare)];
    const ratio = ourCost.cpuMicroseconds / bareCost.cpuMicroseconds;
    return { ours: ourCost, bare: bareCost, ratio, bytes: Buffer.byteLength(answer.body) };
  } finally {
    await bareServer.close();
  }
}

async function costOf(server: ServerProcess, path: string, durationMs: number): Promise<Cost> {
  const [cpuBefore, ownBefore, startedMs] = [await server.cpuMicroseconds(), process.cpuUsage(), performance.now()];
  const { requests, requestsPerSecond } = await generateLoad({
    port: server.port,
    path,
    token,
    connections,
    durationMs,
  });
  const [cpu, own, tookMs] = [
    await server.cpuMicroseconds(),
    process.cpuUsage(ownBefore),
    performance.now() - startedMs,
  ];
  const generatorLoad = (own.user + own.system) / 1000 / tookMs;
  return { cpuMicroseconds: (cpu - cpuBefore) / requests, requestsPerSecond, generatorLoad };
}

function medianCost(costs: Cost[]): Cost {
  const of = (pick: (cost: Cost) => number) => median(costs.map(pick));
  return {
    cpuMicroseconds: of((cost) => cost.cpuMicroseconds),
    requestsPerSecond: of((cost) => cost.requestsPerSecond),
    generatorLoad: of((cost) => cost.generatorLoad),
  };
}

async function answerOf(port: number, path: string): Promise<BareAnswer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const body = await response.text();
  if (!response.ok) throw new Error(`GET ${path} answers ${response.status}: ${body}`);
  const ofNodeItself = ['date', 'connection', 'keep-alive'];
  return { headers: Object.fromEntries([...response.headers].filter(([name]) => !ofNodeItself.includes(name))), body };
}

function measuresOf(name: string, { ours, bare, ratio, bytes }: Comparison, hasGoals: boolean): Measure[] {
  const perCore = 1_000_000 / ours.cpuMicroseconds;
  const goalsOf = (goal: string, isMet: boolean) => (hasGoals ? { goal, isMet } : {});
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  return [
    {
      name: `${name} (${whole(bytes)} bytes): requests per second of CPU time`,
      value: `${whole(perCore)} (${ours.cpuMicroseconds.toFixed(0)} µs each)`,
      ...goalsOf(`≥ ${whole(requestsPerSecondMin)}`, perCore >= requestsPerSecondMin),
    },
    {
      name: `${name}: CPU time per request, bare node:http = 1`,
      value: `${ratio.toFixed(2)} (bare: ${bare.cpuMicroseconds.toFixed(0)} µs)`,
      ...goalsOf(`≤ ${ratioToBareMax}`, ratio <= ratioToBareMax),
    },
    {
      name: `${name}: requests per second as met by ${connections} connections`,
      value: `${whole(ours.requestsPerSecond)} (bare: ${whole(bare.requestsPerSecond)})`,
    },
    {
      name: `${name}: share of a core that the load generator used`,
      value: `${ours.generatorLoad.toFixed(2)} (bare: ${bare.generatorLoad.toFixed(2)})`,
    },
  ];
}
