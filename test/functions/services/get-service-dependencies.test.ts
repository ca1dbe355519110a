import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getServiceDependenciesContract } from '../../../functions/services/contract.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { failed, impaired, openWatchedPlatform, type WatchedPlatform } from './watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const path = '/api/v1/services/knowledge-ingestor/dependencies';
const request = { method: 'GET', path };

describe('200', () => {
  it('shows both directions, direct and transitive, each with its status', async () => {
    platform.see('postgres', failed);
    await platform.poll(3);
    const { status, body } = await platform.api.send('GET', path);
    expect(status).toBe(200);
    expect(getServiceDependenciesContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body.depends_on.direct).toEqual([
      { name: 'litellm-proxy', status: 'healthy' },
      { name: 'vector-memory', status: 'healthy' },
      { name: 'source-control', status: 'healthy' },
    ]);
    expect(body.depends_on.transitive).toContainEqual({ name: 'postgres', status: 'unhealthy' });
    expect(body.depended_on_by).toEqual({ direct: [{ name: 'freshness-monitor', status: 'healthy' }], transitive: [] });
  });

  it('draws the graph of those services, with every edge between them', async () => {
    const { body } = await platform.api.send('GET', path);
    const names = body.graph.nodes.map(({ name }: { name: string }) => name);
    expect(names).toContain('knowledge-ingestor');
    expect(body.graph.nodes).toContainEqual(
      expect.objectContaining({ name: 'postgres', relation: 'dependency', distance: 2, critical: true }),
    );
    expect(body.graph.edges).toContainEqual({ from: 'freshness-monitor', to: 'knowledge-ingestor' });
    for (const { from, to } of body.graph.edges)
      expect([names.includes(from), names.includes(to)]).toEqual([true, true]);
  });

  it('names the failing dependency deepest in the graph', async () => {
    platform.see('postgres', failed);
    platform.see('source-control', failed);
    await platform.poll(3);
    expect((await platform.api.send('GET', path)).body.root_cause).toBe('postgres');
  });

  it('names it behind a dependency that is only degraded', async () => {
    platform.see('postgres', failed);
    platform.see('litellm-proxy', impaired);
    await platform.poll(3);
    const ofGateway = '/api/v1/services/ai-gateway/dependencies';
    expect((await platform.api.send('GET', ofGateway)).body.root_cause).toBe('postgres');
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for an unknown parameter', async () => {
    expectRefusal(await platform.api.send('GET', `${path}?depth=1`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(platform.api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for a service that the catalogue does not name', async () => {
    expectRefusal(await platform.api.send('GET', '/api/v1/services/nobody/dependencies'), 404, 'NOT_FOUND');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', async () => {
    const limited = await openWatchedPlatform({ settings: { RATE_LIMITS: 'read=3' } });
    await expectLimited(limited.api, request, 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(platform.api, request, 'services'));
});
