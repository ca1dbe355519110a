import { createUpstreamClient } from '../../../platform/client.ts';
import { readCatalogue } from '../../../platform/read-catalogue.ts';
import {
  type SimulatedPlatformOptions,
  startSimulatedPlatform,
} from '../../../platform/simulated/start-simulated-platform.ts';

export const defaultCatalogue = readCatalogue(new URL('../../../platform/catalogue.json', import.meta.url));

/** A simulated platform whose time the test decides, the real client for it, and its control URL. */
export async function startForTest(options: Partial<SimulatedPlatformOptions> = {}) {
  const time = { now: Date.parse('2025-01-15T10:30:00Z') };
  const clock = { now: () => time.now };
  const catalogue = defaultCatalogue;
  const platform = await startSimulatedPlatform({ catalogue, database: ':memory:', delayScale: 0, clock, ...options });
  const client = createUpstreamClient({
    catalogue: platform.catalogue,
    secrets: { get: async () => undefined },
    clock,
    sleep: async () => {},
    random: () => 0,
  });
  const control = async (method: string, path: string, body?: unknown) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(platform.controlUrl + path, init);
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return { ...platform, client, control, time };
}

export type TestPlatform = Awaited<ReturnType<typeof startForTest>>;

export const repository = 'http://omni-gitea:3000/omni-admin/my-project.git';
export const workspace = { repo_url: repository, branch: 'feature/auth' };
