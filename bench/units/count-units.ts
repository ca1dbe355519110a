import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCatalogue } from '../../platform/read-catalogue.ts';
import { startSimulatedPlatform } from '../../platform/simulated/start-simulated-platform.ts';
import { settableClock } from '../../test/suites/settable-clock.ts';
import { countQuestion } from './count-question.ts';
import { countSchedules } from './count-schedules.ts';
import { countWork, type WorkName } from './count-work.ts';
import { type CountedSite, openCountedSite } from './counted-site.ts';
import type { Usage } from './usage.ts';

/** What is used on AWS: by one request of each endpoint, by one piece of each kind of work, by one call of each schedule. */
export interface UnitCounts {
  /** By operation id. */
  requests: Record<string, Usage>;
  work: Record<WorkName | 'question', Usage>;
  /** By the name of the scheduled task. Folding: what it takes to add up what came in since the fold before. */
  schedules: Record<string, Usage>;
}

/** Counts all of it, by running the functions on ports that count, with the simulated platform behind them. */
export async function countUnits(): Promise<UnitCounts> {
  const { requests, work } = await onSite({ delayScale: 0 }, countWork);
  const question = await onSite({ delayScale: slowScale }, countQuestion);
  const clock = settableClock(startMs);
  const schedules = await onSite({ delayScale: 0, clock }, (site) => countSchedules(site, clock));
  return { requests, work: { ...work, question }, schedules };
}

/** The start of an hour, so that no hour ends while it is counted. */
const startMs = Date.UTC(2026, 0, 1);

/** So slow that the first job of a pipeline is not done when it is asked about, and quick enough for answers to be in time. */
const slowScale = 3;

interface SiteOptions {
  delayScale: number;
  clock?: ReturnType<typeof settableClock>;
}

async function onSite<T>({ delayScale, clock }: SiteOptions, count: (site: CountedSite) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-bench-'));
  const catalogue = readCatalogue(new URL('../../platform/catalogue.json', import.meta.url));
  const timed = clock ? { clock } : {};
  const platform = await startSimulatedPlatform({ catalogue, database: ':memory:', delayScale, ...timed });
  const site = await openCountedSite(folder, platform.catalogue, clock);
  try {
    return await count(site);
  } finally {
    site.close();
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
