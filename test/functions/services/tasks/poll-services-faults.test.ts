import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadServiceHealth } from '../../../../functions/services/service-health-store.ts';
import { failed, openWatchedPlatform, type WatchedPlatform } from '../watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const health = (name: string) => loadServiceHealth(platform.home.backend, name);
const timedOut = { result: 'failed', reason: 'no answer within 4000 ms', isNetworkProof: false } as const;
const broken = () => {
  throw new Error('a fault of the prober');
};

describe('a round with a fault of our own', () => {
  it('ends when a probe throws and no other proves the network', async () => {
    for (const { name } of platform.home.catalogue.services) platform.see(name, timedOut);
    platform.see('redis', broken);
    await expect(platform.poll()).rejects.toThrow('1 services could not be recorded');
  });

  it('records the other services when a probe throws', async () => {
    platform.see('redis', broken);
    await expect(platform.poll()).rejects.toThrow('1 services could not be recorded');
    expect([(await health('postgres'))?.status, await health('redis')]).toEqual(['healthy', undefined]);
  });

  it('tells changes that could not be announced from services that could not be recorded', async () => {
    await platform.poll();
    platform.see('postgres', failed);
    platform.see('redis', failed);
    await platform.poll(2);
    const { backend } = platform.home;
    vi.spyOn(backend.bus, 'publish').mockRejectedValue(new Error('the bus is down'));
    await expect(platform.poll()).rejects.toThrow(/^2 services have changes that could not be announced$/);
    platform.see('ollama', broken);
    await expect(platform.poll()).rejects.toThrow(
      /^1 services could not be recorded, 2 services have changes that could not be announced$/,
    );
    vi.restoreAllMocks();
    await expect(platform.poll()).rejects.toThrow(/^1 services could not be recorded$/);
    expect((await health('redis'))?.unannounced).toEqual([]);
  });

  it('says so when what it found in all could not be stored', async () => {
    const table = platform.home.backend.table('services');
    const [query, update] = [table.query.bind(table), table.update.bind(table)];
    const put = () => Promise.reject(new Error('throttled'));
    vi.spyOn(platform.home.backend, 'table').mockReturnValue({ ...table, query, update, put });
    await expect(platform.poll()).rejects.toThrow(/^1 counts of the round could not be stored$/);
    vi.restoreAllMocks();
    expect((await health('redis'))?.status).toBe('healthy');
  });
});
