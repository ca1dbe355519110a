import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getServiceContract } from '../../../functions/services/contract.ts';
import { inspectContainers } from '../../../functions/services/tasks/inspect-containers.ts';
import { ContainerHostUnreachable } from '../../../platform/containers/container-engine.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { failed, openWatchedPlatform, type WatchedPlatform } from './watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const path = '/api/v1/services/litellm-proxy';
const request = { method: 'GET', path };
const get = () => platform.api.send('GET', path);

describe('200', () => {
  it('shows where it is reached, its container now, and what it depends on', async () => {
    await platform.poll(2);
    const { status, body } = await get();
    expect(status).toBe(200);
    expect(getServiceContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      name: 'litellm-proxy',
      status: 'healthy',
      url: 'http://omni-litellm:4000',
      probe: '/health',
      metrics_path: '/metrics/',
      runtime: { image: 'service:1', state: 'running', restarts: 0, memory_bytes: 1024, cpu_percent: 1.5 },
      runtime_error: null,
      configuration: { revision: 0, pending: null },
    });
    expect(body.dependencies).toContainEqual({ name: 'postgres', status: 'healthy' });
    expect(body.dependents).toContainEqual({ name: 'ai-gateway', status: 'healthy' });
    expect(body.dependents).not.toContainEqual(expect.objectContaining({ name: 'freshness-monitor' }));
  });

  it('shows the last probes, newest first, and the share of the time in which it was up', async () => {
    await platform.poll(1);
    platform.see('litellm-proxy', failed);
    await platform.poll(5);
    const { body } = await get();
    expect(body.probes.map(({ result }: { result: string }) => result)).toEqual([...Array(5).fill('failed'), 'good']);
    expect(body.uptime).toEqual({ last_24h: 0.6, last_7d: 0.6 });
  });

  it('shows its last events, and those of nobody else', async () => {
    platform.see('litellm-proxy', failed);
    platform.see('redis', failed);
    await platform.poll(3);
    await expect.poll(async () => (await get()).body.recent_events).toHaveLength(1);
    expect((await get()).body.recent_events).toMatchObject([
      { type: 'service.health_changed', service: 'litellm-proxy', data: { to: 'unhealthy' } },
    ]);
  });

  it('masks what looks secret in its configuration, set by users or brought by the image', async () => {
    platform.engine.containers.get('omni-litellm')?.Config.Env.push('MASTER_KEY=of-the-image');
    await platform.api.send('PATCH', '/api/v1/config/services/litellm-proxy', {
      body: { environment: { API_TOKEN: 'of-a-user', MAX_TOKENS: '8000' } },
    });
    const { text, body } = await get();
    expect(text).not.toMatch(/of-the-image|of-a-user/);
    expect(body.configuration.pending.environment).toEqual({ API_TOKEN: '***', MAX_TOKENS: '8000' });
    expect(body.configuration.effective.environment).toEqual({ MASTER_KEY: '***' });
  });

  it('is given without the container when its host cannot be reached, and says so', async () => {
    platform.breakEngine(() => new ContainerHostUnreachable('The host is gone', 'memory'));
    const { status, body } = await get();
    expect([status, body.runtime, body.runtime_error]).toEqual([200, null, 'The host is gone']);
    expect(body.configuration.effective).toBeNull();
  });

  it('is given with the container but not what it uses when its host measures nothing in time', async () => {
    const slow = new ContainerHostUnreachable('no answer within 4000 ms', 'memory');
    platform.breakEngine((call) => (call.startsWith('usage ') ? slow : undefined));
    const { status, body } = await get();
    expect([status, body.runtime_error]).toEqual([200, null]);
    expect(body.runtime).toMatchObject({ state: 'running', memory_bytes: null, cpu_percent: null });
  });

  it('keeps version and uptime as they were last seen of the container while its host cannot be reached', async () => {
    const seen = platform.engine.containers.get('omni-litellm');
    if (seen) {
      seen.Config.Labels = { 'org.opencontainers.image.version': '1.55.0' };
      seen.State.StartedAt = new Date(platform.home.clock.now() - 60_000).toISOString();
    }
    await inspectContainers.run({}, platform.home);
    const { version, uptime_seconds } = (await get()).body;
    expect([version, uptime_seconds]).toEqual(['1.55.0', 60]);
    platform.breakEngine(() => new ContainerHostUnreachable('The host is gone', 'memory'));
    expect((await get()).body).toMatchObject({ version, uptime_seconds, runtime: null });
  });

  it('is given without the container when there is none, and says so', async () => {
    platform.engine.containers.delete('omni-litellm');
    const { status, body } = await get();
    expect([status, body.runtime]).toEqual([200, null]);
    expect(body.runtime_error).toContain('There is no container omni-litellm');
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for an unknown parameter', async () => {
    expectRefusal(await platform.api.send('GET', `${path}?full=1`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(platform.api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for a service that the catalogue does not name', async () => {
    expectRefusal(await platform.api.send('GET', '/api/v1/services/nobody'), 404, 'NOT_FOUND');
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
