import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginMaintenance } from '../../../functions/services/service-health-store.ts';
import { failed, impaired, openWatchedPlatform, type WatchedPlatform } from './watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

/** One that is critical, so that `/ready` asks for it. */
const service = 'litellm-proxy';
const send = async (request: string, body?: object) => {
  const [method = '', path = ''] = request.split(' ');
  return platform.api.send(method, path, body ? { body } : {});
};
const restart = async () => (await send(`POST /api/v1/services/${service}/restart`, { timeout_seconds: 5 })).body;
const status = async () => (await send(`GET /api/v1/services/${service}`)).body.status;
const changes = () =>
  platform.home.published
    .filter(({ type }) => type === 'service.health_changed')
    .map(({ data }) => `${data['from']} to ${data['to']}`);

/** The service fails, or is impaired, for long enough to be known for it. */
async function troubled(sight: typeof failed | typeof impaired) {
  await platform.poll();
  platform.see(service, sight);
  await platform.poll(3);
}

describe('a service that a restart found healthy', () => {
  it('is healthy at once, and the next round announces that once', async () => {
    await troubled(failed);
    platform.see(service, undefined);
    expect((await restart()).outcome).toBe('restarted');
    expect([await status(), (await send('GET /ready')).status]).toEqual(['healthy', 200]);
    expect(changes()).toEqual(['healthy to unhealthy']);
    await platform.poll(3);
    expect(changes()).toEqual(['healthy to unhealthy', 'unhealthy to healthy']);
  });

  it('is healthy at once after a change that was rolled back, too', async () => {
    await troubled(failed);
    await send(`PATCH /api/v1/config/services/${service}`, { environment: { MODEL: 'broken' } });
    const isBroken = () => platform.engine.containers.get('omni-litellm')?.Config.Env.includes('MODEL=broken');
    platform.see(service, () => {
      platform.home.clock.advance(1_000);
      return isBroken() ? failed : {};
    });
    expect((await restart()).outcome).toBe('rolled_back');
    expect(await status()).toBe('healthy');
  });

  it('is unhealthy again after three failures that follow', async () => {
    await troubled(failed);
    platform.see(service, undefined);
    platform.home.clock.advance(1_000);
    await restart();
    platform.see(service, failed);
    await platform.poll(2);
    expect(await status()).toBe('healthy');
    await platform.poll();
    expect(changes()).toEqual(['healthy to unhealthy', 'unhealthy to healthy', 'healthy to unhealthy']);
  });

  it('stays degraded when it was, as nothing better is asked of it', async () => {
    await troubled(impaired);
    expect((await restart()).outcome).toBe('restarted');
    expect(await status()).toBe('degraded');
    await platform.poll(3);
    expect(changes()).toEqual(['healthy to degraded']);
  });
});

describe('a service that a restart did not find healthy', () => {
  it.each([
    ['unhealthy', failed],
    ['degraded', impaired],
  ])('is %s at once, with one event that tells why', async (expected, sight) => {
    await platform.poll();
    platform.see(service, () => {
      platform.home.clock.advance(1_000);
      return sight;
    });
    expect((await restart()).error.code).toBe('TIMEOUT');
    expect(await status()).toBe(expected);
    platform.see(service, sight);
    await platform.poll();
    const events = platform.home.published.filter(({ type }) => type === 'service.health_changed');
    expect(events.map(({ data }) => data)).toMatchObject([{ from: 'healthy', to: expected, reason: sight.reason }]);
  });

  it('is not ready while the restart goes on and it fails, without an event or an incident', async () => {
    await platform.poll();
    platform.see(service, failed);
    await beginMaintenance(platform.home.backend, service, {
      operationId: 'op_1',
      untilMs: platform.home.clock.now() + 600_000,
    });
    await platform.poll(4);
    const { body, status: ready } = await send('GET /ready');
    expect([await status(), ready]).toEqual(['unhealthy', 503]);
    expect(body.error.details.services).toMatchObject([{ name: service, status: 'unhealthy' }]);
    expect((await send('GET /api/v1/health/dashboard')).body.incidents).toEqual([]);
    expect(changes()).toEqual([]);
  });

  it('stays unhealthy', async () => {
    await troubled(failed);
    platform.see(service, () => {
      platform.home.clock.advance(1_000);
      return failed;
    });
    await restart();
    expect(await status()).toBe('unhealthy');
    platform.see(service, undefined);
    await platform.poll(2);
    expect([await status(), changes()]).toEqual(['healthy', ['healthy to unhealthy', 'unhealthy to healthy']]);
  });
});
