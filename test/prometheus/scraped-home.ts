import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServing } from '../bin/served-process.ts';
import { call, type Site } from '../e2e/site.ts';

/** An embedded home in a process of its own that made its token itself, as Prometheus finds it at a user's. */
export interface ScrapedHome extends Site {
  /** The token of its data folder. */
  tokenFile: string;
  /** The text of `/metrics` as it is now. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** Restarts are allowed once a minute only, so that a second one is refused for its rate; receivers may be here. */
const settings = {
  PROBE_INTERVAL_SECONDS: '2',
  WEBHOOK_RETRY_DELAYS: '1',
  WEBHOOK_ALLOW: '127.0.0.1',
  RATE_LIMITS: 'read=5000,service_restart=1',
  SIMULATED_DELAY_SCALE: '0',
  LOG_LEVEL: 'ERROR',
};

/** Starts a home in which nothing has happened yet. */
export async function startScrapedHome(): Promise<ScrapedHome> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'orchestrator-scraped-'));
  const served = startServing({ ...settings, ORCHESTRATOR_DATA: dataFolder });
  await served.ready();
  const site: Site = {
    openapiServer: '/',
    baseUrl: /running on (http:\S+)/.exec(served.output())?.[1] ?? '',
    controlUrl: /faults at (http:\S+)\/faults/.exec(served.output())?.[1] ?? '',
    token: served.token(),
    spareToken: '',
    hookSecret: '',
    receiverAddress: '127.0.0.1',
  };
  return {
    ...site,
    tokenFile: join(dataFolder, 'token'),
    metrics: async () => String((await call(site, 'GET /metrics')).body),
    async close() {
      await served.end();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
