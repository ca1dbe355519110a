import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  beginMaintenance,
  endMaintenance,
  loadServiceHealth,
} from '../../../../functions/services/service-health-store.ts';
import { loadHistory } from '../../../../functions/services/service-history-store.ts';
import { pollServices } from '../../../../functions/services/tasks/poll-services.ts';
import { failed, impaired, openWatchedPlatform, type WatchedPlatform } from '../watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const service = 'litellm-proxy';
const health = async (name = service) => {
  const found = await loadServiceHealth(platform.home.backend, name);
  if (!found) throw new Error(`${name} was never probed`);
  return found;
};
const changes = (name = service) =>
  platform.home.published
    .filter((event) => event.type === 'service.health_changed' && event.service === name)
    .map(({ data }) => `${data['from']} to ${data['to']}`);

/** A failure that may as well be one of our own network. */
const timedOut = { result: 'failed', reason: 'no answer within 4000 ms', isNetworkProof: false } as const;

describe('thresholds', () => {
  it('two failures are none, three make unhealthy with one event, two successes make healthy with another', async () => {
    await platform.poll();
    platform.see(service, failed);
    await platform.poll(2);
    expect([(await health()).status, changes()]).toEqual(['healthy', []]);
    await platform.poll();
    expect([(await health()).status, changes()]).toEqual(['unhealthy', ['healthy to unhealthy']]);
    await platform.poll(4);
    platform.see(service, undefined);
    await platform.poll();
    expect((await health()).status).toBe('unhealthy');
    await platform.poll(3);
    expect([(await health()).status, changes()]).toEqual(['healthy', ['healthy to unhealthy', 'unhealthy to healthy']]);
  });

  it('slow answers and 4xx make degraded, as does a mixture of them and failures', async () => {
    await platform.poll();
    platform.see(service, impaired);
    await platform.poll(2);
    platform.see(service, failed);
    await platform.poll();
    expect([(await health()).status, changes()]).toEqual(['degraded', ['healthy to degraded']]);
    platform.see(service, undefined);
    await platform.poll(2);
    expect(changes()).toEqual(['healthy to degraded', 'degraded to healthy']);
  });

  it('a service that is found at work at first has its status without an event', async () => {
    platform.see('redis', impaired);
    await platform.poll();
    expect([(await health()).status, (await health('redis')).status]).toEqual(['healthy', 'degraded']);
    expect(platform.home.published).toEqual([]);
  });

  it('one that fails from the first has an event once that is confirmed', async () => {
    platform.see(service, failed);
    await platform.poll(2);
    expect([(await health()).status, changes()]).toEqual(['unknown', []]);
    await platform.poll();
    expect(changes()).toEqual(['unknown to unhealthy']);
  });
});

describe('the event', () => {
  it('tells the reason, the failing dependency deepest in the graph, and whom it concerns', async () => {
    await platform.poll();
    platform.see('postgres', failed);
    platform.see(service, { result: 'failed', reason: 'answered 500' });
    await platform.poll(3);
    const [event] = platform.home.published.filter((each) => each.service === service);
    expect(event?.data).toMatchObject({ service, reason: 'answered 500', root_cause: 'postgres' });
    expect(event?.data['impacted']).toEqual(expect.arrayContaining(['ai-coder-alpha', 'freshness-monitor']));
    const [ofPostgres] = platform.home.published.filter((each) => each.service === 'postgres');
    expect(ofPostgres?.data['root_cause']).toBeNull();
  });

  it('names the failing dependency behind one that is only degraded by it', async () => {
    await platform.poll();
    platform.see('postgres', failed);
    platform.see(service, impaired);
    platform.see('ai-gateway', impaired);
    await platform.poll(3);
    const causes = platform.home.published.map((each) => [each.service, each.data['root_cause']]);
    expect(Object.fromEntries(causes)).toEqual({ postgres: null, [service]: 'postgres', 'ai-gateway': 'postgres' });
  });

  it('that could not be published is published by the next round, once, with the same id', async () => {
    await platform.poll();
    platform.see(service, failed);
    await platform.poll(2);
    const { bus } = platform.home.backend;
    const attempts: string[] = [];
    const broken = vi.spyOn(bus, 'publish').mockImplementation(async ([event]) => {
      attempts.push(event?.id ?? '');
      throw new Error('the bus is down');
    });
    await expect(platform.poll()).rejects.toThrow('1 services have changes that could not be announced');
    await expect(platform.poll()).rejects.toThrow('1 services have changes that could not be announced');
    expect((await health()).status).toBe('unhealthy');
    broken.mockRestore();
    await platform.poll(3);
    const published = platform.home.published.filter((event) => event.service === service);
    expect(published.map(({ id }) => id)).toEqual([attempts[0]]);
    expect((await health()).unannounced).toEqual([]);
  });
});

describe('a restart of ours', () => {
  it('keeps probes from changing the status, and those in it from counting afterwards', async () => {
    const { backend, clock } = platform.home;
    await platform.poll();
    await beginMaintenance(backend, service, { operationId: 'op_1', untilMs: clock.now() + 600_000 });
    platform.see(service, failed);
    await platform.poll(5);
    clock.advance(1);
    await endMaintenance(backend, service, { operationId: 'op_1', found: null });
    await platform.poll(2);
    expect([(await health()).status, changes()]).toEqual(['healthy', []]);
    await platform.poll();
    expect(changes()).toEqual(['healthy to unhealthy']);
  });

  it('that nobody ends is over when its time is', async () => {
    const { backend, clock } = platform.home;
    await platform.poll();
    await beginMaintenance(backend, service, { operationId: 'op_1', untilMs: clock.now() + 20_000 });
    platform.see(service, failed);
    await platform.poll(4);
    expect(changes()).toEqual(['healthy to unhealthy']);
    expect((await health()).maintenance).toBeNull();
  });

  it('is not ended by another one', async () => {
    const { backend, clock } = platform.home;
    await beginMaintenance(backend, service, { operationId: 'op_2', untilMs: clock.now() + 600_000 });
    await endMaintenance(backend, service, { operationId: 'op_1', found: null });
    expect((await health()).maintenance?.operationId).toBe('op_2');
  });
});

describe("the poller's own network", () => {
  it('when no probe of a round proves it, nothing is marked and nothing is forgotten', async () => {
    await platform.poll();
    for (const { name } of platform.home.catalogue.services) platform.see(name, timedOut);
    await platform.poll(5);
    expect([(await health()).status, platform.home.published]).toEqual(['healthy', []]);
    expect((await health()).recent).toHaveLength(1);
  });

  it('is proven for all by the refusal of one', async () => {
    await platform.poll();
    for (const { name } of platform.home.catalogue.services) platform.see(name, timedOut);
    platform.see('redis', { result: 'failed', reason: 'connection refused', isNetworkProof: true });
    await platform.poll(3);
    expect([(await health()).status, (await health('redis')).status]).toEqual(['unhealthy', 'unhealthy']);
  });

  it('is not asked for where only two services are watched', async () => {
    const services = platform.home.catalogue.services.slice(1, 3).map((row) => ({ ...row, depends_on: [] }));
    const small = await openWatchedPlatform({ catalogue: { services } });
    await small.poll();
    for (const { name } of services) small.see(name, timedOut);
    await small.poll(3);
    expect(small.home.published).toHaveLength(2);
    await small.close();
  });
});

describe('a round', () => {
  it('reads what is stored when its probes have begun, as they are what it waits for', async () => {
    const order: string[] = [];
    for (const { name } of platform.home.catalogue.services) {
      platform.see(name, () => {
        order.push('probe');
        return {};
      });
    }
    const table = platform.home.backend.table('services');
    const query: typeof table.query = (asked) => {
      order.push('read');
      return table.query(asked);
    };
    const spy = vi.spyOn(platform.home.backend, 'table').mockReturnValue({ ...table, query });
    await platform.poll();
    spy.mockRestore();
    expect(order).toEqual([...Array.from({ length: 37 }, () => 'probe'), 'read']);
  });

  it('writes what is known while others still hang', async () => {
    await platform.poll();
    const hanging = Promise.withResolvers<typeof timedOut>();
    platform.see('redis', () => hanging.promise);
    const { lastProbeMs: before } = await health('redis');
    const round = platform.poll();
    await expect.poll(async () => (await health()).recent.length).toBe(2);
    expect((await health('redis')).lastProbeMs).toBe(before);
    hanging.resolve(timedOut);
    await round;
    expect((await health('redis')).recent).toHaveLength(2);
  });

  it('of 37 healthy services costs one read of all, one write for each of less than 1 kB, and one of the counts', async () => {
    await platform.poll(12);
    const counts = { get: 0, query: 0, put: 0, update: 0, delete: 0 };
    const table = platform.home.backend.table.bind(platform.home.backend);
    const spy = vi.spyOn(platform.home.backend, 'table').mockImplementation((name) => {
      const counted = table(name);
      const count =
        <Method extends keyof typeof counts>(method: Method) =>
        (...args: never[]) => {
          counts[method] += 1;
          return (counted[method] as (...all: never[]) => unknown)(...args);
        };
      return Object.fromEntries(Object.keys(counts).map((method) => [method, count(method as 'get')])) as never;
    });
    await platform.poll();
    spy.mockRestore();
    expect(counts).toEqual({ get: 0, query: 1, put: 1, update: 37, delete: 0 });
    const item = await platform.home.backend.table('services').get({ pk: 'probe', sk: service });
    expect(JSON.stringify(item).length).toBeLessThan(1024);
  });

  it('that meets another one counts each probe once', async () => {
    await platform.poll();
    platform.see(service, failed);
    platform.home.clock.advance(15_000);
    await Promise.all([pollServices.run({}, platform.home), pollServices.run({}, platform.home)]);
    expect((await health()).recent.filter(({ result }) => result === 'failed')).toHaveLength(1);
    expect((await health()).status).toBe('healthy');
  });

  it('in which one service cannot be recorded records the others, and says so', async () => {
    const table = platform.home.backend.table.bind(platform.home.backend);
    const spy = vi.spyOn(platform.home.backend, 'table').mockImplementation((name) => {
      const whole = table(name);
      return {
        ...whole,
        get: (key) => whole.get(key),
        query: (query) => whole.query(query),
        put: (...args) => whole.put(...args),
        update: (key, ...rest) =>
          key.sk === 'redis' ? Promise.reject(new Error('throttled')) : whole.update(key, ...rest),
      };
    });
    await expect(platform.poll()).rejects.toThrow('1 services could not be recorded');
    spy.mockRestore();
    expect((await health()).status).toBe('healthy');
  });
});

describe('the history', () => {
  it('has an hour once the next one begins, with the time that was watched and that it was up', async () => {
    const toNextHour = 3_600_000 - (platform.home.clock.now() % 3_600_000);
    platform.home.clock.advance(toNextHour);
    await platform.poll(120);
    platform.see(service, failed);
    await platform.poll(120);
    expect((await loadHistory(platform.home.backend, service)).hours).toMatchObject([
      { watchedMs: 3_600_000 - 15_000, upMs: 119 * 15_000 + 3 * 15_000, worst: 'unhealthy' },
    ]);
  });
});
