import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadServiceHealth } from '../../../../functions/services/service-health-store.ts';
import { openWatchedPlatform, type Sight, type WatchedPlatform } from '../watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const timedOut = { result: 'failed', reason: 'no answer within 4000 ms', isNetworkProof: false } as const;
const nowhere = { ...timedOut, reason: 'host name not found' } as const;
const told = 'no answer within 4000 ms; no service could be reached';
const seeAll = (sight: Sight | undefined) => {
  for (const { name } of platform.home.catalogue.services) platform.see(name, sight);
};
const row = async (name = 'redis') => (await platform.api.send('GET', `/api/v1/services/${name}`)).body;
const linesOf = (text: string) => platform.home.logLines.filter((line) => line.includes(text));

describe('while nothing at all can be reached', () => {
  it('a service says why nothing newer is known of it, and keeps its status until that is too old', async () => {
    await platform.poll();
    const { last_health_check } = await row();
    seeAll(timedOut);
    await platform.poll(3);
    expect(await row()).toMatchObject({ status: 'healthy', reason: told, last_health_check });
    await platform.poll();
    expect(await row()).toMatchObject({ status: 'unknown', reason: told, last_health_check });
    expect(platform.home.published).toEqual([]);
  });

  it('from the first, services are unknown and say why, as does what is not ready', async () => {
    seeAll(timedOut);
    await platform.poll();
    expect(await row()).toMatchObject({ status: 'unknown', reason: told, last_health_check: null });
    const ready = await platform.api.send('GET', '/ready');
    expect(ready.body.error.details.services[0]).toMatchObject({ status: 'unknown', reason: told });
  });

  it('that is logged once, with the commonest reason, and so is its end', async () => {
    seeAll(timedOut);
    platform.see('redis', nowhere);
    await platform.poll(20);
    expect(linesOf('no service can be reached')).toHaveLength(1);
    expect(JSON.parse(linesOf('no service can be reached')[0] ?? '')).toMatchObject({ reason: timedOut.reason });
    seeAll(undefined);
    await platform.poll(3);
    expect(linesOf('services can be reached again')).toHaveLength(1);
    expect(linesOf('services can be reached again')[0]).toContain('"after_seconds":300');
    expect(await row()).toMatchObject({ status: 'healthy', reason: null });
  });

  it('a round writes what is new, and nothing after that', async () => {
    await platform.poll();
    seeAll(timedOut);
    await platform.poll();
    const table = platform.home.backend.table('services');
    const update = vi.fn(table.update.bind(table));
    vi.spyOn(platform.home.backend, 'table').mockReturnValue({
      ...table,
      query: (query) => table.query(query),
      update,
    });
    await platform.poll();
    expect(update).not.toHaveBeenCalled();
    platform.see('redis', nowhere);
    await platform.poll();
    expect(update).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
  });

  it('failures before it do not count with those after it', async () => {
    await platform.poll();
    platform.see('redis', { result: 'failed', reason: 'answered 503' });
    await platform.poll(2);
    seeAll(timedOut);
    await platform.poll(4);
    seeAll(undefined);
    platform.see('redis', { result: 'failed', reason: 'answered 503' });
    await platform.poll();
    expect((await loadServiceHealth(platform.home.backend, 'redis'))?.status).toBe('healthy');
  });
});
