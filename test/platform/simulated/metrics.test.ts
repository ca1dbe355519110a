import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Service, serviceUrl } from '../../../platform/catalogue.ts';
import { parseExposition } from '../../../platform/exposition/parse-exposition.ts';
import { measureWays } from '../../../platform/measures/measure-ways.ts';
import { readMeasures } from '../../../platform/measures/read-measures.ts';
import { aiCoderAlpha } from '../../../platform/upstream-apis/ai-coder-alpha.ts';
import { neo4jGraphrag } from '../../../platform/upstream-apis/neo4j-graphrag-api.ts';
import { semanticCache } from '../../../platform/upstream-apis/semantic-cache.ts';
import { tokenInfinity } from '../../../platform/upstream-apis/token-infinity.ts';
import { startForTest, type TestPlatform, workspace } from './simulated-platform.ts';

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startForTest();
});
afterEach(() => platform.close());

function rowOf(name: string): Service {
  const row = platform.catalogue.services.find((service) => service.name === name);
  if (!row) throw new Error(`${name} is not in the catalogue`);
  return row;
}

async function exposition(name: string): Promise<string> {
  const row = rowOf(name);
  return (await fetch(serviceUrl(row) + row.metrics)).text();
}

/** The totals that the collector would read of a service. */
async function totals(name: string): Promise<Record<string, number>> {
  const { counts } = readMeasures(parseExposition(await exposition(name)), measureWays(rowOf(name).measures));
  return Object.fromEntries(Object.entries(counts).map(([measure, { total }]) => [measure, total]));
}

async function restart(name: string): Promise<void> {
  platform.time.now += 5_000;
  const { status } = await fetch(`${platform.engineUrl}/v1.41/containers/${rowOf(name).container}/restart`, {
    method: 'POST',
  });
  expect(status).toBe(204);
}

it('every service of the catalogue with a path for metrics has requests and a start there, in names that are known', async () => {
  const services = platform.catalogue.services.filter(({ metrics }) => metrics !== undefined);
  expect(services.length).toBeGreaterThan(20);
  for (const { name, measures } of services) {
    await fetch(`${serviceUrl(rowOf(name))}/nowhere`);
    const reading = readMeasures(parseExposition(await exposition(name)), measureWays(measures));
    expect([name, reading.counts.requests?.total]).toEqual([name, 1]);
    expect([name, reading.startedMs]).toEqual([name, platform.time.now]);
  }
});

it('latency is a histogram that counts every call once', async () => {
  for (let call = 0; call < 3; call += 1) await fetch(`${serviceUrl(rowOf('observatory'))}/api/health`);
  const { latency } = readMeasures(parseExposition(await exposition('observatory')), measureWays(undefined));
  expect(latency).toMatchObject({ count: 3, buckets: { counts: expect.arrayContaining([3]) } });
});

it('products write their own names and labels', async () => {
  await fetch(`${serviceUrl(rowOf('gateway-sentinel'))}/ping`);
  await fetch(`${serviceUrl(rowOf('vector-memory'))}/collections/code_embeddings`);
  expect(await exposition('gateway-sentinel')).toContain(
    'traefik_entrypoint_requests_total{code="200",entrypoint="web",method="GET",protocol="http"} 1\n',
  );
  expect(await exposition('vector-memory')).toContain(
    'rest_responses_total{method="GET",endpoint="/collections/{name}",status="200"} 1\n',
  );
});

it('failures are counted as such', async () => {
  await platform.control('POST', '/faults', { service: 'object-store', fault: 'error', status: 503, times: 2 });
  for (let call = 0; call < 3; call += 1) await fetch(`${serviceUrl(rowOf('object-store'))}/minio/health/live`);
  expect(await totals('object-store')).toMatchObject({ requests: 3, errors: 2 });
});

describe('what is more than calls', () => {
  it('the tokens and the money of coding agents', async () => {
    const { result } = await platform.client.call(
      aiCoderAlpha.createTask({ instruction: 'Add a clock', workspace, model: 'gpt-4o' }),
    );
    const tokens = result?.tokens_used ?? 0;
    expect(tokens).toBeGreaterThan(0);
    expect(await totals('litellm-proxy')).toMatchObject({ llm_tokens: tokens, llm_cost_usd: tokens * 5 });
  });

  it('hits and misses of the cache', async () => {
    await platform.client.call(semanticCache.store({ query: 'how to log in', response: 'so' }));
    await platform.client.call(semanticCache.lookup({ query: 'how to log in' }));
    await platform.client.call(semanticCache.lookup({ query: 'entirely different words' }));
    await platform.client.call(semanticCache.lookup({ query: 'other ones again' }));
    expect(await totals('semantic-cache')).toMatchObject({ cache_hits: 1, cache_misses: 2 });
  });

  it('questions to the knowledge layer', async () => {
    await platform.client.call(neo4jGraphrag.recommendPatterns({ task: 'tokens', language: 'python' }));
    await platform.client.call(tokenInfinity.searchContext({ query: 'tokens' }));
    await platform.client.call(tokenInfinity.buildContext({ query: 'tokens', max_tokens: 100 }));
    const search = `${serviceUrl(rowOf('vector-memory'))}/collections/code_embeddings/points/search`;
    await fetch(search, { method: 'POST', body: JSON.stringify({ vector: [0.1, 0.2] }) });
    const names = ['neo4j-graphrag-api', 'token-infinity', 'vector-memory'];
    const queries = await Promise.all(names.map(async (name) => (await totals(name))['knowledge_queries']));
    expect(queries).toEqual([1, 2, 1]);
  });
});

describe('a restart of the container', () => {
  it('begins every count anew, with a later start', async () => {
    await platform.client.call(aiCoderAlpha.createTask({ instruction: 'Add a clock', workspace }));
    await platform.client.call(semanticCache.lookup({ query: 'nothing' }));
    for (const name of ['litellm-proxy', 'semantic-cache']) await restart(name);
    expect(await totals('litellm-proxy')).toEqual({ llm_tokens: 0, llm_cost_usd: 0 });
    expect(await totals('semantic-cache')).toEqual({ cache_hits: 0, cache_misses: 0 });
    expect(await totals('litellm-proxy')).toMatchObject({ requests: 1, errors: 0 });
    const reading = readMeasures(parseExposition(await exposition('semantic-cache')), measureWays(undefined));
    expect(reading.startedMs).toBe(platform.time.now);
  });

  it('leaves the counts of others, and what the cache tells of all times', async () => {
    await platform.client.call(semanticCache.lookup({ query: 'nothing' }));
    await restart('litellm-proxy');
    expect(await totals('semantic-cache')).toMatchObject({ cache_misses: 1 });
    await restart('semantic-cache');
    expect(await platform.client.call(semanticCache.stats())).toMatchObject({ misses: 1 });
  });
});
