import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queues } from '../backend/resources.ts';
import { readFunctionSettings } from '../functions/core/settings.ts';
import { readCatalogue } from '../platform/read-catalogue.ts';
import { startSimulatedPlatform } from '../platform/simulated/start-simulated-platform.ts';
import { assumptionsWith } from '../tools/cost/assumptions.ts';
import { scaleSections } from '../tools/documentation/scale-sections.ts';
import { type ScaleResults, scaleAssumptions } from '../tools/scale/scale-results.ts';
import { measureHeat } from './scale/measure-heat.ts';
import { simulateDeliveries } from './scale/simulate-deliveries.ts';
import { simulatePipelines } from './scale/simulate-pipelines.ts';
import { type RoundOptions, servicesWithin, simulateRound } from './scale/simulate-round.ts';
import { openCountedSite } from './units/counted-site.ts';

/** `npm run scale`: measures and simulates what docs/scale.md tells, keeps it for `npm run docs`, and prints its tables. */
const { probeTimeoutMs, probeIntervalSeconds } = readFunctionSettings({});
const { callsMax } = queues['webhook-deliveries'];
const round: Omit<RoundOptions, 'services' | 'hangingShare'> = { ...scaleAssumptions.round, timeoutMs: probeTimeoutMs };
const results: ScaleResults = {
  heat: await heat(),
  rounds: [37, 370, 1000, 2000, 5000, 10_000].map((services) => ({
    services,
    wellMs: Math.round(simulateRound({ ...round, services, hangingShare: 0 })),
    hangingMs: Math.round(simulateRound({ ...round, services, hangingShare: 0.02 })),
  })),
  servicesInInterval: servicesWithin(probeIntervalSeconds * 1000, { ...round, hangingShare: 0.02 }),
  servicesInMinute: servicesWithin(60_000, { ...round, hangingShare: 0.02 }),
  deliveries: [
    [10, 10],
    [100, 1],
    [100, 10],
    [100, 100],
    [1000, 1],
    [1000, 100],
  ].map(([webhooks = 0, eventsPerSecond = 0]) => ({
    webhooks,
    eventsPerSecond,
    ...simulateDeliveries({ webhooks, eventsPerSecond, callsMax, seconds: 20, ...scaleAssumptions.delivery }),
  })),
  pipelines: [1000, 10_000].flatMap((pipelines) =>
    [10, 200].map((startsPerSecond) => ({
      pipelines,
      startsPerSecond,
      ...simulatePipelines({ pipelines, startsPerSecond }, assumptionsWith()),
    })),
  ),
};
writeFileSync(new URL('../tools/scale/results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
for (const [name, text] of Object.entries(scaleSections())) console.log(`${name}\n\n${text}\n`);

async function heat() {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
  const catalogue = readCatalogue(new URL('../platform/catalogue.json', import.meta.url));
  const platform = await startSimulatedPlatform({ catalogue, database: ':memory:', delayScale: 0 });
  const site = await openCountedSite(folder, platform.catalogue);
  try {
    return await measureHeat(site, catalogue.services.length);
  } finally {
    site.close();
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
