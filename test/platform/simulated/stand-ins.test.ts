import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceUrl } from '../../../platform/catalogue.ts';
import type { UpstreamCall } from '../../../platform/upstream/request.ts';
import { aiCoderAlpha } from '../../../platform/upstream-apis/ai-coder-alpha.ts';
import { aiCoderBeta } from '../../../platform/upstream-apis/ai-coder-beta.ts';
import { aiObservability } from '../../../platform/upstream-apis/ai-observability.ts';
import { backupFortress } from '../../../platform/upstream-apis/backup-fortress.ts';
import { codeForge } from '../../../platform/upstream-apis/code-forge.ts';
import { codeFortress } from '../../../platform/upstream-apis/code-fortress.ts';
import { containerManager } from '../../../platform/upstream-apis/container-manager.ts';
import { freshnessMonitor } from '../../../platform/upstream-apis/freshness-monitor.ts';
import { integrationHub } from '../../../platform/upstream-apis/integration-hub.ts';
import { knowledgeBase } from '../../../platform/upstream-apis/knowledge-base.ts';
import { knowledgeIngestor } from '../../../platform/upstream-apis/knowledge-ingestor.ts';
import { litellmProxy } from '../../../platform/upstream-apis/litellm-proxy.ts';
import { logNexus } from '../../../platform/upstream-apis/log-nexus.ts';
import { neo4jGraphrag } from '../../../platform/upstream-apis/neo4j-graphrag-api.ts';
import { observatory } from '../../../platform/upstream-apis/observatory.ts';
import { securityShield } from '../../../platform/upstream-apis/security-shield.ts';
import { semanticCache } from '../../../platform/upstream-apis/semantic-cache.ts';
import { sourceControl } from '../../../platform/upstream-apis/source-control.ts';
import { tokenInfinity } from '../../../platform/upstream-apis/token-infinity.ts';
import { vectorMemory } from '../../../platform/upstream-apis/vector-memory.ts';
import { repository, startForTest, type TestPlatform, workspace } from './simulated-platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startForTest();
});
afterAll(() => platform.close());

const project = 'omni-admin/my-project';
const hook = { type: 'gitea' as const, config: { url: 'http://a/b', content_type: 'json' as const }, events: ['push'] };

/** Every documented call, in an order in which each finds what it asks for. */
const calls: [string, UpstreamCall<unknown>][] = [
  [
    'ingest',
    knowledgeIngestor.ingest({ source_type: 'git_repo', source_url: repository, collection: 'code_embeddings' }),
  ],
  ['ingest batch', knowledgeIngestor.ingestBatch({ documents: [{ content: 'text' }], collection: 'doc_embeddings' })],
  ['ingest sources', knowledgeIngestor.listSources()],
  ['ingest source', knowledgeIngestor.getSource('src-1')],
  ['reingest', knowledgeIngestor.reingest('src-1')],
  ['ingest stats', knowledgeIngestor.stats()],
  ['freshness sources', freshnessMonitor.listSources()],
  ['freshness source', freshnessMonitor.getSource('src-1')],
  ['freshness check', freshnessMonitor.check('src-1')],
  ['stale sources', freshnessMonitor.listStale()],
  ['freshness stats', freshnessMonitor.stats()],
  ['cache store', semanticCache.store({ query: 'how to log in', response: 'so' })],
  ['cache lookup', semanticCache.lookup({ query: 'how to log in' })],
  ['cache stats', semanticCache.stats()],
  ['cache warm', semanticCache.warm({ queries: ['a', 'b'] })],
  ['cache invalidate', semanticCache.invalidate('none')],
  ['patterns', neo4jGraphrag.recommendPatterns({ task: 'user authentication with JWT tokens', language: 'python' })],
  ['graph stats', neo4jGraphrag.stats()],
  ['graph readiness', neo4jGraphrag.getReadiness()],
  ['collections', vectorMemory.listCollections()],
  ['collection', vectorMemory.getCollection('code_embeddings')],
  ['context build', tokenInfinity.buildContext({ query: 'tokens', max_tokens: 1000, sources: ['neo4j', 'wiki'] })],
  ['context search', tokenInfinity.searchContext({ query: 'tokens' })],
  ['context sources', tokenInfinity.listSources()],
  ['wiki pages', knowledgeBase.listPages(10)],
  ['wiki totals', knowledgeBase.countPages()],
  ['wiki latest page', knowledgeBase.latestPage()],
  ['coding task', aiCoderAlpha.createTask({ instruction: 'Add a health endpoint', workspace, model: 'gpt-4o' })],
  ['solve', aiCoderBeta.solve({ repo_url: repository, issue_description: 'Fix the login' })],
  ['CI pipeline', codeForge.createPipeline(project, { branch: 'main' })],
  ['CI status', codeForge.getPipeline(project, 1)],
  ['CI log', codeForge.getStepLog(project, 1, 5)],
  ['quality gate', codeFortress.getProjectStatus('omni-admin:my-project')],
  ['scan', securityShield.scan({ repo: repository, commit: 'abc' })],
  ['stacks', containerManager.listStacks()],
  ['redeploy', containerManager.redeployStack(3, 1, { PullImage: true })],
  ['backups', backupFortress.listBackups()],
  ['backup run', backupFortress.runBackup('1')],
  ['annotation', observatory.annotate({ text: 'rolled out', tags: ['deploy'] })],
  ['Grafana health', observatory.getHealth()],
  ['Loki readiness', logNexus.getReadiness()],
  ['Langfuse health', aiObservability.getHealth()],
  ['hub event', integrationHub.sendEvent({ type: 'a', source: 'b', timestamp: '2025-01-15T10:30:00.000Z', data: {} })],
  ['models', litellmProxy.listModels()],
  ['spend logs', litellmProxy.listSpend()],
  ['global spend', litellmProxy.getGlobalSpend()],
  ['LiteLLM metrics', litellmProxy.getMetrics()],
  ['repository', sourceControl.getRepository(project)],
  ['branches', sourceControl.listBranches(project)],
  ['hook', sourceControl.createHook(project, hook)],
];

test.each(calls)('the stand-in answers "%s" as its API promises', async (_name, call) => {
  await expect(platform.client.call(call)).resolves.toBeDefined();
});

describe('every service of the catalogue', () => {
  test('answers its probe, or accepts connections where it is probed by TCP', async () => {
    const statuses = await Promise.all(
      platform.catalogue.services
        .filter((service) => service.probe !== 'tcp')
        .map(async (service) => (await fetch(serviceUrl(service) + service.probe)).status),
    );
    expect(statuses).toHaveLength(35);
    expect(statuses.filter((status) => status !== 200 && status !== 204)).toEqual([]);
    const tcp = platform.catalogue.services.filter((service) => service.probe === 'tcp');
    expect(tcp.map((service) => [service.name, new URL(service.url ?? '').protocol])).toEqual([
      ['postgres', 'tcp:'],
      ['redis', 'tcp:'],
    ]);
    for (const service of tcp) await connect(Number(new URL(service.url ?? '').port));
  });

  test('counts its calls in its metrics', async () => {
    const service = platform.catalogue.services.find((one) => one.name === 'ai-gateway');
    const url = service?.url;
    for (let count = 0; count < 3; count++) await (await fetch(`${url}/health`)).text();
    await (await fetch(`${url}/nowhere`)).text();
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('http_requests_total{method="GET",route="/health",status="200"}');
    expect(metrics).toContain('http_requests_total{method="GET",route="unknown",status="404"} 1');
  });
});

describe('the answers hang together', () => {
  test("the agent's commit is the head of its branch in source-control", async () => {
    const task = await platform.client.call(aiCoderAlpha.createTask({ instruction: 'Add a clock', workspace }));
    const branches = await platform.client.call(sourceControl.listBranches(project));
    const branch = branches.find((one) => one.name === workspace.branch);
    expect(branch?.commit.id).toBe(task.result?.commit_sha);
  });

  test('tokens that agents use are spent at the model proxy', async () => {
    const before = await platform.client.call(litellmProxy.listSpend());
    const task = await platform.client.call(aiCoderAlpha.createTask({ instruction: 'Add a bell', workspace }));
    const after = await platform.client.call(litellmProxy.listSpend());
    const spent = (logs: typeof after) => logs.reduce((sum, log) => sum + log.total_tokens, 0);
    expect(spent(after) - spent(before)).toBe(task.result?.tokens_used);
  });

  test('what is ingested is added to the points of its collection', async () => {
    const collection = vectorMemory.getCollection('pattern_cache');
    const before = (await platform.client.call(collection)).result.points_count ?? 0;
    const request = { source_type: 'file' as const, source_url: 'a.md', collection: 'pattern_cache' };
    const source = await platform.client.call(knowledgeIngestor.ingest(request));
    expect((await platform.client.call(collection)).result.points_count).toBe(before + source.chunks);
  });

  test('a redeployment changes date and commit of its stack alone', async () => {
    const before = await platform.client.call(containerManager.listStacks());
    platform.time.now += 60_000;
    const changed = await platform.client.call(
      containerManager.redeployStack(1, 1, { RepositoryReferenceName: 'refs/heads/feature/auth' }),
    );
    const after = await platform.client.call(containerManager.listStacks());
    expect(changed.UpdateDate).toBe(Math.floor(platform.time.now / 1000));
    expect(changed.GitConfig?.ReferenceName).toBe('refs/heads/feature/auth');
    expect(changed.GitConfig?.ConfigHash).not.toBe(before[0]?.GitConfig?.ConfigHash);
    expect(after).toEqual([changed, ...before.slice(1)]);
  });

  test('a context never holds more tokens than were asked for', async () => {
    for (const max_tokens of [1, 40, 100, 10_000]) {
      const built = await platform.client.call(
        tokenInfinity.buildContext({ query: 'user authentication', max_tokens }),
      );
      expect(built.tokens_used).toBeLessThanOrEqual(max_tokens);
      expect(built.items.reduce((sum, item) => sum + item.tokens, 0)).toBe(built.tokens_used);
    }
  });

  test('an invalidated cache entry is not found again', async () => {
    const entry = { query: 'what is a monad', response: 'a burrito', namespace: 'repo-a' };
    await platform.client.call(semanticCache.store(entry));
    const lookup = semanticCache.lookup({ query: entry.query, namespace: 'repo-a' });
    expect(await platform.client.call(lookup)).toMatchObject({ hit: true, results: [{ response: 'a burrito' }] });
    expect(await platform.client.call(semanticCache.invalidate('repo-a'))).toEqual({ invalidated: 1 });
    expect(await platform.client.call(lookup)).toEqual({ hit: false, results: [] });
  });

  test('a source that was not ingested for a day is stale until it is ingested again', async () => {
    const { sources } = await platform.client.call(freshnessMonitor.listStale());
    expect(sources).toHaveLength(1);
    const id = sources[0]?.id ?? '';
    await platform.client.call(knowledgeIngestor.reingest(id));
    expect(await platform.client.call(freshnessMonitor.getSource(id))).toMatchObject({ state: 'fresh' });
  });

  test('a source that was changed is stale until it is ingested again, which moves the points of its collection', async () => {
    const stateOf = async () => (await platform.client.call(freshnessMonitor.getSource('src-1'))).state;
    const points = async () =>
      (await platform.client.call(vectorMemory.getCollection('code_embeddings'))).result.points_count ?? 0;
    await platform.client.call(knowledgeIngestor.reingest('src-1'));
    const [before, source] = [await points(), await platform.client.call(knowledgeIngestor.getSource('src-1'))];
    expect(await stateOf()).toBe('fresh');
    expect(await platform.control('POST', '/sources/src-1/stale')).toMatchObject({ status: 200 });
    expect(await stateOf()).toBe('stale');
    await platform.client.call(knowledgeIngestor.reingest('src-1'));
    expect(await stateOf()).toBe('fresh');
    const again = await platform.client.call(knowledgeIngestor.getSource('src-1'));
    expect(again.documents).toBe(source.documents + 1);
    expect(await points()).toBe(before + again.chunks - source.chunks);
  });

  test('a source that there is not cannot be made stale', async () => {
    expect(await platform.control('POST', '/sources/src-0/stale')).toMatchObject({ status: 404 });
  });

  test('a request of the wrong shape is refused with the field', async () => {
    const call = { ...knowledgeIngestor.listSources(), method: 'POST' as const, path: '/v1/ingest', body: { a: 1 } };
    await expect(platform.client.call(call)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('source_type'),
    });
  });
});

async function connect(port: number): Promise<void> {
  const { createConnection } = await import('node:net');
  const socket = createConnection(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.destroy();
}
