import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadScrapeStates } from '../../../../functions/observability/scraping/scrape-store.ts';
import { scrapeServices } from '../../../../functions/observability/tasks/scrape-services.ts';
import { serviceUrl } from '../../../../platform/catalogue.ts';
import { aiCoderAlpha } from '../../../../platform/upstream-apis/ai-coder-alpha.ts';
import { semanticCache } from '../../../../platform/upstream-apis/semantic-cache.ts';
import { startForTest, type TestPlatform, workspace } from '../../../platform/simulated/simulated-platform.ts';
import { openHome, type TestHome } from '../../open-home.ts';
import { figuresOf } from '../scrape-scenario.ts';

let platform: TestPlatform;
let home: TestHome;
beforeEach(async () => {
  platform = await startForTest();
  home = await openHome({ catalogue: platform.catalogue });
});
afterEach(async () => {
  await platform.close();
  await home.close();
});

async function scrape() {
  home.clock.advance(60_000);
  platform.time.now = home.clock.now();
  return scrapeServices.run({}, home);
}

async function restart(container: string) {
  home.clock.advance(10_000);
  platform.time.now = home.clock.now();
  await fetch(`${platform.engineUrl}/v1.41/containers/${container}/restart`, { method: 'POST' });
}

async function health(name: string, times: number) {
  const row = platform.catalogue.services.find((service) => service.name === name);
  for (let call = 0; row && call < times; call += 1) await fetch(serviceUrl(row) + row.probe);
}

const task = () => platform.client.call(aiCoderAlpha.createTask({ instruction: 'Add a clock', workspace }));

it('the whole platform is scraped, and every service that serves metrics tells its requests', async () => {
  const served = platform.catalogue.services.filter(({ metrics }) => metrics !== undefined);
  await scrape();
  expect(await scrape()).toEqual({ scraped: served.length });
  const states = await loadScrapeStates(home.backend);
  for (const { name } of served) {
    expect([name, states.get(name)?.failure]).toEqual([name, null]);
    expect([name, (await figuresOf(home, name))['requests']]).toEqual([name, 1]);
  }
});

it('a model proxy that restarts between two scrapes loses nothing that a scrape could see', async () => {
  await task();
  await scrape();
  const first = (await task()).result?.tokens_used ?? 0;
  await scrape();
  await restart('omni-litellm');
  const second = (await task()).result?.tokens_used ?? 0;
  const third = (await task()).result?.tokens_used ?? 0;
  await scrape();
  const figures = await figuresOf(home, 'litellm-proxy');
  const tokens = first + second + third;
  expect(figures).toMatchObject({ llm_tokens: tokens, llm_cost_microusd: tokens * 5 });
});

it('counts, errors and latency of known traffic are exact', async () => {
  await scrape();
  await health('observatory', 7);
  await platform.control('POST', '/faults', { service: 'observatory', fault: 'error', status: 502, times: 3 });
  await health('observatory', 3);
  await scrape();
  await restart('omni-grafana');
  await health('observatory', 5);
  await scrape();
  const figures = await figuresOf(home, 'observatory');
  // The scrape before each is a request too, but for the last one before the restart, which nobody could see.
  expect(figures).toMatchObject({ requests: 16, errors: 3, duration_count: 16 });
});

it('hits and misses of the cache are told apart', async () => {
  await platform.client.call(semanticCache.store({ query: 'how to log in', response: 'so' }));
  await scrape();
  await platform.client.call(semanticCache.lookup({ query: 'how to log in' }));
  await platform.client.call(semanticCache.lookup({ query: 'entirely different words' }));
  await scrape();
  expect(await figuresOf(home, 'semantic-cache')).toMatchObject({ cache_hits: 1, cache_misses: 1 });
});

it('a service that refuses connections is asked again, and goes on where it was', async () => {
  await scrape();
  const { body } = await platform.control('POST', '/faults', { service: 'ai-gateway', fault: 'unreachable' });
  await scrape();
  expect((await loadScrapeStates(home.backend)).get('ai-gateway')?.failure?.kind).toBe('UpstreamUnreachable');
  await platform.control('DELETE', `/faults/${(body as { id: number }).id}`);
  await health('ai-gateway', 4);
  await scrape();
  expect(await figuresOf(home, 'ai-gateway')).toMatchObject({ requests: 5 });
});
