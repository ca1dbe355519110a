import { writeFileSync } from 'node:fs';
import { expect, vi } from 'vitest';
import { type PrometheusServer, startPrometheus } from './prometheus-server.ts';
import { type ScrapedHome, startScrapedHome } from './scraped-home.ts';

/** A home and a Prometheus that scrapes it, as the job `omni-orchestrator`, and with a wrong token as `intruder`. */
export interface Scraping {
  home: ScrapedHome;
  prometheus: PrometheusServer;
  close(): Promise<void>;
}

/** Starts both. Nothing has happened in the home when this returns, and Prometheus has seen that. */
export async function startScraping(ruleFiles: readonly string[] = []): Promise<Scraping> {
  const home = await startScrapedHome();
  const wrongFile = `${home.tokenFile}-wrong`;
  writeFileSync(wrongFile, 'wrong-token-0123456789');
  const jobs = [
    { job: 'omni-orchestrator', ...home },
    { job: 'intruder', ...home, tokenFile: wrongFile },
  ];
  const prometheus = await startPrometheus(jobs, ruleFiles).catch(async (error) => {
    await home.close();
    throw error;
  });
  const seen = () => prometheus.query('omni_pipelines_total{status="completed"} == 0');
  await vi.waitFor(async () => expect(await seen()).toHaveLength(1), { timeout: 30_000, interval: 100 });
  return {
    home,
    prometheus,
    async close() {
      await prometheus.close();
      await home.close();
    },
  };
}
