import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getReadinessContract } from '../../../functions/observability/contract.ts';
import { expectFaultHidden, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { failed, impaired, openWatchedPlatform, type WatchedPlatform } from '../services/watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const request = { method: 'GET', path: '/ready' };
const ready = () => platform.api.send('GET', '/ready');

describe('200', () => {
  it('is given while every critical service is healthy or degraded, and lists them', async () => {
    platform.see('postgres', impaired);
    platform.see('ollama', failed);
    await platform.poll(3);
    const { status, body } = await ready();
    expect(status).toBe(200);
    expect(getReadinessContract.answers.ok.body.parse(body)).toEqual(body);
    const critical = platform.home.catalogue.services.filter((service) => service.critical).map(({ name }) => name);
    expect(body.services.map(({ name }: { name: string }) => name)).toEqual(critical);
    expect(body.services).toContainEqual(expect.objectContaining({ name: 'postgres', status: 'degraded' }));
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for an unknown parameter', async () => {
    expectRefusal(await platform.api.send('GET', '/ready?deep=1'), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(platform.api, request));
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(platform.api, request, 'services'));
});

describe('503 SERVICE_UNAVAILABLE', () => {
  it('is given with the critical services that cannot be used, and no others', async () => {
    platform.see('postgres', failed);
    platform.see('ollama', failed);
    await platform.poll(3);
    const answer = await ready();
    expectRefusal(answer, 503, 'SERVICE_UNAVAILABLE');
    expect(answer.body.error.details.services).toMatchObject([
      { name: 'postgres', status: 'unhealthy', reason: 'answered 503' },
    ]);
  });

  it('is no failure of ours: it is logged as a warning, without a stack', async () => {
    await ready();
    const lines = platform.home.logLines.map((line) => JSON.parse(line)).filter(({ level }) => level !== 'info');
    expect(lines).toMatchObject([{ level: 'warn', message: 'request refused', code: 'SERVICE_UNAVAILABLE' }]);
    expect(lines[0]).not.toHaveProperty('error');
  });

  it('is given before the services have been probed, and when the probes are old', async () => {
    expectRefusal(await ready(), 503, 'SERVICE_UNAVAILABLE');
    await platform.poll();
    expect((await ready()).status).toBe(200);
    platform.home.clock.advance(46_000);
    expectRefusal(await ready(), 503, 'SERVICE_UNAVAILABLE');
  });
});
