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
    await expect(platform.poll()).rejects.toThrow(
      '0 services could not be recorded, the changes of 2 could not be announced',
    );
    platform.see('ollama', broken);
    await expect(platform.poll()).rejects.toThrow(
      '1 services could not be recorded, the changes of 2 could not be announced',
    );
    vi.restoreAllMocks();
    await expect(platform.poll()).rejects.toThrow('1 services could not be recorded, the changes of 0');
    expect((await health('redis'))?.unannounced).toEqual([]);
  });
});
