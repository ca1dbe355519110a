import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getOperationContract } from '../../../functions/services/contract.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { openWatchedPlatform, type WatchedPlatform } from './watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const unknown = '/api/v1/operations/op_01jhnkp8r2c5d3v7w9x0y1z2a3';
const request = { method: 'GET', path: unknown };

describe('200', () => {
  it('shows a restart as its own answer did, with what was done', async () => {
    const restarted = await platform.api.send('POST', '/api/v1/services/redis/restart');
    const { status, body } = await platform.api.send('GET', `/api/v1/operations/${restarted.body.operation_id}`);
    expect(status).toBe(200);
    expect(getOperationContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toEqual(restarted.body);
    expect(body.log.map(({ message }: { message: string }) => message)).toEqual([
      'restart requested',
      'will restart the container',
      'the container is started',
      'the service is healthy',
      'ended: restarted',
    ]);
  });

  it('is kept for 30 days', async () => {
    const { body } = await platform.api.send('POST', '/api/v1/services/redis/restart');
    const path = `/api/v1/operations/${body.operation_id}`;
    platform.home.clock.advance(30 * 24 * 3_600_000 - 60_000);
    expect((await platform.api.send('GET', path)).status).toBe(200);
    platform.home.clock.advance(61_000);
    expect((await platform.api.send('GET', path)).status).toBe(404);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for an unknown parameter', async () => {
    expectRefusal(await platform.api.send('GET', `${unknown}?full=1`), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(platform.api, request));
});

describe('404 NOT_FOUND', () => {
  it.each([unknown, '/api/v1/operations/nonsense'])('is given for %s', async (path) => {
    expectRefusal(await platform.api.send('GET', path), 404, 'NOT_FOUND');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', async () => {
    const limited = await openWatchedPlatform({ settings: { RATE_LIMITS: 'read=3' } });
    await expectLimited(limited.api, request, 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(platform.api, request, 'operations'));
});
