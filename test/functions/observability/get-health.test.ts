import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getHealthContract } from '../../../functions/observability/contract.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { expectRefusal, expectTokenRequired } from '../refusals.ts';
import { failed, openWatchedPlatform } from '../services/watched-platform.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await api.close();
});

const request = { method: 'GET', path: '/health' };

describe('200', () => {
  it('tells the version, the uptime in whole seconds and the 37 services, none of them probed yet', async () => {
    api.home.clock.advance(172_800_999);
    const { status, body } = await api.send('GET', '/health');
    expect(status).toBe(200);
    expect(getHealthContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toEqual({
      status: 'healthy',
      version: '1.0.0',
      uptime_seconds: 172_800,
      services_healthy: null,
      services_total: 37,
    });
  });

  it('tells how many services the last round found healthy, and nothing when that round is old', async () => {
    const platform = await openWatchedPlatform();
    const health = async () => (await platform.api.send('GET', '/health')).body;
    platform.see('redis', failed);
    await platform.poll(3);
    expect(await health()).toMatchObject({ services_healthy: 36, services_total: 37 });
    platform.home.clock.advance(45_000);
    expect(await health()).toMatchObject({ services_healthy: 36 });
    platform.home.clock.advance(1);
    expect(await health()).toMatchObject({ services_healthy: null, services_total: 37 });
    await platform.close();
  });

  it('tells no figure where rounds have long reached nothing', async () => {
    const platform = await openWatchedPlatform();
    const health = async () => (await platform.api.send('GET', '/health')).body;
    await platform.poll();
    const timedOut = { result: 'failed', reason: 'no answer', isNetworkProof: false } as const;
    for (const { name } of platform.home.catalogue.services) platform.see(name, timedOut);
    await platform.poll(3);
    expect(await health()).toMatchObject({ services_healthy: 37 });
    await platform.poll();
    expect(await health()).toMatchObject({ services_healthy: null });
    await platform.close();
  });

  it('reads one small item, however many services there are', async () => {
    const table = api.home.backend.table('services');
    const get = vi.fn(table.get.bind(table));
    vi.spyOn(api.home.backend, 'table').mockImplementation(() => ({ get }) as never);
    await api.send('GET', '/health');
    expect(get).toHaveBeenCalledTimes(1);
  });

  it('is given without the figure when that cannot be read, which is logged', async () => {
    vi.spyOn(api.home.backend, 'table').mockImplementation(() => {
      throw new Error('the table is gone');
    });
    const { status, body } = await api.send('GET', '/health');
    expect([status, body.services_healthy]).toEqual([200, null]);
    expect(api.home.logLines.join()).toContain('the table is gone');
  });

  it('is given in time when the table does not answer', async () => {
    const get = () => new Promise<never>(() => undefined);
    vi.spyOn(api.home.backend, 'table').mockImplementation(() => ({ get }) as never);
    const { status, body } = await api.send('GET', '/health');
    expect([status, body.services_healthy]).toEqual([200, null]);
  });

  it('is given beyond every limit, without rate-limit headers', async () => {
    for (let call = 0; call < 150; call += 1) {
      const { status, headers } = await api.send('GET', '/health');
      expect([status, headers.get('x-ratelimit-limit')]).toEqual([200, null]);
    }
  });

  it('is given without a token where the deployment opens its probes, and nothing else is', async () => {
    const open = await openApi({ settings: { PUBLIC_PROBES: 'true' } });
    try {
      expect((await open.send('GET', '/health', { token: null })).status).toBe(200);
      expect((await open.send('GET', '/api/v1/pipeline', { token: null })).status).toBe(401);
    } finally {
      await open.close();
    }
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for an unknown parameter', async () => {
    expectRefusal(await api.send('GET', '/health?deep=1'), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', async () => {
    Object.defineProperty(api.home.catalogue, 'services', {
      get() {
        throw new Error('the catalogue is gone');
      },
    });
    const answer = await api.send('GET', '/health');
    expectRefusal(answer, 500, 'INTERNAL');
    expect(answer.text).not.toContain('catalogue');
  });
});
