import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getHealthDashboardContract } from '../../../functions/observability/contract.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { failed, impaired, openWatchedPlatform, type WatchedPlatform } from '../services/watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const path = '/api/v1/health/dashboard';
const request = { method: 'GET', path };
const dashboard = async (query = '') => (await platform.api.send('GET', `${path}${query}`)).body;
const component = (body: { tiers: { components: { name: string }[] }[] }, name: string) =>
  body.tiers.flatMap(({ components }) => components).find((each) => each.name === name);

describe('200', () => {
  it('shows every service in its tier, with 90 days', async () => {
    await platform.poll(2);
    const { status, body } = await platform.api.send('GET', path);
    expect(status).toBe(200);
    expect(getHealthDashboardContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toMatchObject({ status: 'operational', bucket_ms: 86_400_000, incidents: [] });
    expect(body.tiers.flatMap(({ components }: { components: object[] }) => components)).toHaveLength(37);
    expect(component(body, 'redis')).toMatchObject({ status: 'healthy', uptime: { last_24h: 1, last_7d: 1 } });
  });

  it('shows the last 90 hours when asked, each with its worst status', async () => {
    await platform.poll(4);
    platform.see('redis', failed);
    await platform.poll(6);
    const { buckets } = component(await dashboard('?bucket=hour'), 'redis') as unknown as {
      buckets: { uptime: number | null; status: string; start: string }[];
    };
    expect(buckets).toHaveLength(90);
    expect(buckets.slice(0, 80).every(({ uptime }) => uptime === null)).toBe(true);
    expect(buckets.at(-1)).toMatchObject({ status: 'unhealthy', start: expect.stringMatching(/:00:00\.000Z$/) });
  });

  it.each([
    ['nothing is known', [], 0, 'unknown'],
    ['all is well', [], 3, 'operational'],
    ['one is impaired', [['redis', impaired]], 3, 'degraded'],
    ['one fails that is not critical', [['ollama', failed]], 3, 'partial_outage'],
    [
      'a critical one fails',
      [
        ['postgres', failed],
        ['ollama', failed],
      ],
      3,
      'major_outage',
    ],
  ] as const)('when %s the platform is %4$s', async (_, sights, rounds, status) => {
    for (const [name, sight] of sights) platform.see(name, sight);
    await platform.poll(rounds);
    expect((await dashboard()).status).toBe(status);
  });

  it.each([
    ['a critical one', 'postgres', undefined, 'unknown'],
    ['a critical one beside one that is impaired', 'postgres', impaired, 'unknown'],
    ['a critical one beside one that fails', 'postgres', failed, 'partial_outage'],
    ['one that is not critical', 'financial-crm', undefined, 'operational'],
  ])('when nothing is known of %s the platform is not called better than it is', async (_, unknown, sight, status) => {
    platform.see('ollama', sight);
    await platform.poll(3);
    await platform.home.backend.table('services').delete({ pk: 'probe', sk: unknown });
    const body = await dashboard();
    expect(body.status).toBe(status);
    const { tier } = platform.home.catalogue.services.find(({ name }) => name === unknown) ?? {};
    const ofTier = body.tiers.find(({ name }: { name: string }) => name === tier);
    expect(ofTier.status).toBe(unknown === 'postgres' ? 'unknown' : 'operational');
  });

  it('tells one incident for services that fail because of another', async () => {
    await platform.poll();
    for (const name of ['postgres', 'source-control', 'ai-coder-alpha']) platform.see(name, failed);
    await platform.poll(3);
    platform.home.clock.advance(30_000);
    const { incidents } = await dashboard();
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({
      service: 'postgres',
      status: 'unhealthy',
      duration_ms: 30_000,
      reason: 'answered 503',
      affected: ['ai-coder-alpha', 'source-control'],
      impacted: expect.arrayContaining(['knowledge-base']),
    });
  });

  it('tells one incident where the services between are only degraded', async () => {
    await platform.poll();
    platform.see('postgres', failed);
    for (const name of ['litellm-proxy', 'ai-gateway']) platform.see(name, impaired);
    await platform.poll(3);
    expect((await dashboard()).incidents).toMatchObject([
      { service: 'postgres', affected: ['litellm-proxy', 'ai-gateway'] },
    ]);
  });

  it('tells since when an incident lasts, however the trouble changes', async () => {
    await platform.poll();
    const started = async () => (await dashboard()).incidents[0]?.started_at;
    platform.see('redis', impaired);
    await platform.poll(3);
    const began = await started();
    expect(began).toBe(new Date(platform.home.clock.now()).toISOString());
    for (const sight of [failed, impaired]) {
      platform.see('redis', sight);
      await platform.poll(3);
      expect(await started()).toBe(began);
    }
    platform.see('redis', undefined);
    await platform.poll(2);
    platform.see('redis', failed);
    await platform.poll(3);
    expect(await started()).toBe(new Date(platform.home.clock.now()).toISOString());
  });

  it('tells incidents with another origin apart, newest first', async () => {
    await platform.poll();
    platform.see('log-nexus', failed);
    await platform.poll(2);
    platform.see('redis', impaired);
    await platform.poll(3);
    const { incidents } = await dashboard();
    expect(incidents.map(({ service }: { service: string }) => service)).toEqual(['redis', 'log-nexus']);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for a bucket that is neither an hour nor a day', async () => {
    expectRefusal(await platform.api.send('GET', `${path}?bucket=week`), 400, 'VALIDATION_ERROR');
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
