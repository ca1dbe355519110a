import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listServicesContract } from '../../../functions/services/contract.ts';
import { inspectContainers } from '../../../functions/services/tasks/inspect-containers.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { failed, impaired, openWatchedPlatform, type WatchedPlatform } from './watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const path = '/api/v1/services';
const request = { method: 'GET', path };
const list = async (query = '') => (await platform.api.send('GET', `${path}${query}`)).body;
const row = async (name: string) => (await list()).services.find((service: { name: string }) => service.name === name);

describe('200', () => {
  it('lists all services in the order of the catalogue, unknown before they are probed', async () => {
    const { status, body } = await platform.api.send('GET', path);
    expect(status).toBe(200);
    expect(listServicesContract.answers.ok.body.parse(body)).toEqual(body);
    const { catalogue } = platform.home;
    expect(body.services.map(({ name }: { name: string }) => name)).toEqual(catalogue.services.map(({ name }) => name));
    expect(body.summary).toEqual({ total: 37, healthy: 0, degraded: 0, unhealthy: 0, unknown: 37 });
  });

  it('counts each status over all services, whatever is filtered', async () => {
    platform.see('redis', failed);
    platform.see('ollama', impaired);
    await platform.poll(3);
    const summary = { total: 37, healthy: 35, degraded: 1, unhealthy: 1, unknown: 0 };
    expect((await list()).summary).toEqual(summary);
    const filtered = await list('?status=unhealthy');
    expect(filtered.summary).toEqual(summary);
    expect(filtered.services).toMatchObject([{ name: 'redis', status: 'unhealthy', reason: 'answered 503' }]);
  });

  it('takes a tier and a status together', async () => {
    platform.see('ollama', impaired);
    await platform.poll(3);
    const { services } = await list('?tier=AI&status=degraded');
    expect(services.map(({ name }: { name: string }) => name)).toEqual(['ollama']);
    expect((await list('?tier=Nowhere')).services).toEqual([]);
  });

  it('shows version and uptime as the service tells them', async () => {
    const startedMs = platform.home.clock.now() - 60_000;
    platform.see('redis', { version: '7.4.1', startedMs });
    await platform.poll();
    expect(await row('redis')).toMatchObject({
      version: '7.4.1',
      uptime_seconds: 75,
      status: 'healthy',
      latency_ms: 5,
    });
  });

  it('shows version and uptime of the container where the service tells neither', async () => {
    const container = platform.engine.containers.get('omni-redis');
    const startedAt = new Date(platform.home.clock.now() - 3_600_000).toISOString();
    if (container) {
      container.Config.Labels = { 'org.opencontainers.image.version': '7.4.2' };
      container.State.StartedAt = startedAt;
    }
    await inspectContainers.run({}, platform.home);
    expect(await row('redis')).toMatchObject({ version: '7.4.2', uptime_seconds: 3600 });
  });

  it('shows no uptime of one that fails or whose container does not run, whatever it told when it lived', async () => {
    const startedMs = platform.home.clock.now() - 60_000;
    for (const name of ['redis', 'postgres', 'ollama']) platform.see(name, { version: '7.4.1', startedMs });
    await platform.poll();
    platform.see('redis', failed);
    platform.see('postgres', failed);
    await platform.engine.stop('omni-postgres');
    await inspectContainers.run({}, platform.home);
    await platform.poll();
    expect([(await row('redis')).uptime_seconds, (await row('postgres')).uptime_seconds]).toEqual([90, null]);
    await platform.poll(2);
    expect(await row('redis')).toMatchObject({ status: 'unhealthy', uptime_seconds: null, version: '7.4.1' });
    expect((await row('ollama')).uptime_seconds).toBe(120);
  });

  it('calls a service unknown whose last probe is older than three intervals', async () => {
    await platform.poll();
    platform.home.clock.advance(45_000);
    expect(await row('redis')).toMatchObject({ status: 'healthy' });
    platform.home.clock.advance(1);
    expect(await row('redis')).toMatchObject({ status: 'unknown', status_since: null });
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each(['status=broken', 'tier=', 'page=2'])('is given for ?%s', async (query) => {
    expectRefusal(await platform.api.send('GET', `${path}?${query}`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(platform.api, request));
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
