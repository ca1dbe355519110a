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

  it('counts the services that are healthy now by their stored probes', async () => {
    const platform = await openWatchedPlatform();
    platform.see('redis', failed);
    await platform.poll(3);
    expect((await platform.api.send('GET', '/health')).body).toMatchObject({
      services_healthy: 36,
      services_total: 37,
    });
    platform.home.clock.advance(46_000);
    expect((await platform.api.send('GET', '/health')).body).toMatchObject({ services_healthy: 0 });
    await platform.close();
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
    const query = () => new Promise<never>(() => undefined);
    vi.spyOn(api.home.backend, 'table').mockImplementation(() => ({ query }) as never);
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
