import { setTimeout as elapse } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restartServiceContract } from '../../../functions/services/contract.ts';
import {
  ContainerFailed,
  ContainerHostUnreachable,
  ContainerRefused,
} from '../../../platform/containers/container-engine.ts';
import { startPipeline } from '../pipelines/stored-pipeline.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { failed, openWatchedPlatform, type WatchedPlatform } from './watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const service = 'litellm-proxy';
const container = 'omni-litellm';
const path = `/api/v1/services/${service}/restart`;
const request = { method: 'POST', path };
const restart = (body?: object, headers = {}) => platform.api.send('POST', path, { body, headers });
const configure = (change: object) =>
  platform.api.send('PATCH', `/api/v1/config/services/${service}`, { body: change });
const configuration = async () => (await platform.api.send('GET', `/api/v1/config/services/${service}`)).body;
const restartEvents = () => platform.home.published.filter(({ type }) => type === 'service.restarted');

const environmentNow = () => platform.engine.containers.get(container)?.Config.Env ?? [];

/** The engine fails so often at calls that begin like this, and then does them. */
function failTimes(call: string, times: number) {
  let left = times;
  platform.breakEngine((each) => {
    if (!each.startsWith(call) || left === 0) return undefined;
    left -= 1;
    return new ContainerFailed('port is already allocated', 'memory');
  });
}

/** Probes of the service fail while this holds, and a second goes by with each. */
function brokenWhile(holds: () => boolean) {
  platform.see(service, () => {
    platform.home.clock.advance(1_000);
    return holds() ? failed : {};
  });
}

describe('200', () => {
  it('is given once the service is healthy again, and its one event tells of it', async () => {
    const before = platform.engine.containers.get(container)?.State.StartedAt;
    const { status, body } = await restart();
    expect(status).toBe(200);
    expect(restartServiceContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toMatchObject({ service, status: 'succeeded', outcome: 'restarted', action: 'restart', error: null });
    expect(platform.engine.containers.get(container)?.State.StartedAt).not.toBe(before);
    const data = { service, operation_id: body.operation_id, action: 'restart', outcome: 'restarted', reason: null };
    expect(restartEvents()).toMatchObject([{ service, data }]);
  });

  it('waits until the service answers well twice', async () => {
    let probes = 0;
    platform.see(service, () => {
      probes += 1;
      return probes <= 2 ? failed : {};
    });
    expect((await restart()).body.outcome).toBe('restarted');
    expect(probes).toBe(4);
  });

  it('applies what is pending: a changed environment in another container, limits alone in the same one', async () => {
    await configure({ environment: { MODEL: 'gpt-4o' } });
    const first = await restart();
    expect(first.body).toMatchObject({ action: 'recreate', config_revision: 1 });
    expect(environmentNow()).toEqual(['MODEL=gpt-4o']);
    const { Id } = platform.engine.containers.get(container) ?? {};
    await configure({ resources: { memory_limit: '512m' } });
    const second = await restart();
    expect(second.body).toMatchObject({ action: 'update', config_revision: 2 });
    expect(platform.engine.containers.get(container)).toMatchObject({ Id, HostConfig: { Memory: 512 * 1024 ** 2 } });
    expect(await configuration()).toMatchObject({
      pending: null,
      revisions: [{ status: 'applied', operation_id: second.body.operation_id }, { status: 'applied' }],
    });
    expect([...platform.engine.containers.keys()].filter((name) => name.startsWith(container))).toEqual([container]);
  });

  it('is given when a change that broke the service was rolled back, and the next restart leaves it out', async () => {
    await configure({ environment: { MODEL: 'broken' } });
    brokenWhile(() => environmentNow().includes('MODEL=broken'));
    const { status, body } = await restart({ timeout_seconds: 5 });
    expect([status, body.status, body.outcome]).toEqual([200, 'failed', 'rolled_back']);
    expect(body.error).toEqual({
      code: 'TIMEOUT',
      message: 'The service was not healthy within 5 seconds: answered 503',
    });
    expect(environmentNow()).toEqual([]);
    expect(await configuration()).toMatchObject({
      pending: null,
      configured: { environment: {} },
      revisions: [{ status: 'failed', reason: body.error.message }],
    });
    expect(restartEvents()).toMatchObject([{ data: { outcome: 'rolled_back', reason: body.error.message } }]);
    expect((await restart()).body).toMatchObject({ action: 'restart', outcome: 'restarted' });
  });

  it('is given when an engine refuses a change, which is then undone', async () => {
    await configure({ environment: { MODEL: 'x' } });
    platform.breakEngine((call) =>
      call.startsWith('create') ? new ContainerRefused('no such image', 'memory') : undefined,
    );
    const { status, body } = await restart();
    expect([status, body.outcome, body.error.message]).toEqual([200, 'rolled_back', 'no such image']);
    expect(await configuration()).toMatchObject({ pending: null, revisions: [{ status: 'failed' }] });
  });

  it.each([
    ['making another container', 'create '],
    ['starting it', 'start '],
  ])('is given when an engine fails at %s and does it when it is asked again', async (_, failing) => {
    await configure({ environment: { MODEL: 'x' } });
    failTimes(failing, 2);
    const { status, body } = await restart();
    expect([status, body.outcome]).toEqual([200, 'restarted']);
    expect(environmentNow()).toEqual(['MODEL=x']);
  });

  it('is given when an engine fails again and again at a change, which is then undone and has failed', async () => {
    await configure({ environment: { MODEL: 'x' } });
    failTimes('start ', 3);
    const { status, body } = await restart();
    expect([status, body.outcome, body.error.message]).toEqual([200, 'rolled_back', 'port is already allocated']);
    expect(environmentNow()).toEqual([]);
    expect((await configuration()).revisions[0]).toMatchObject({
      status: 'failed',
      reason: 'port is already allocated',
    });
  });

  it('is given when the roll back itself fails a few times: the old container serves in the end', async () => {
    await configure({ environment: { MODEL: 'broken' } });
    brokenWhile(() => environmentNow().includes('MODEL=broken'));
    let starts = 0;
    platform.breakEngine((call) => {
      if (!call.startsWith('start ')) return undefined;
      starts += 1;
      return starts > 1 && starts < 4 ? new ContainerRefused('address already in use', 'memory') : undefined;
    });
    const { status, body } = await restart({ timeout_seconds: 5 });
    expect([status, body.outcome]).toEqual([200, 'rolled_back']);
    expect(platform.engine.containers.get(container)?.State.Running).toBe(true);
  });

  it('is given when the old container cannot be removed, which is left and told of', async () => {
    await configure({ environment: { MODEL: 'x' } });
    platform.breakEngine((call) =>
      call.startsWith('remove ') && call.includes('.previous-')
        ? new ContainerRefused('device is busy', 'memory')
        : undefined,
    );
    const { status, body } = await restart();
    expect([status, body.outcome]).toEqual([200, 'restarted']);
    expect(body.log.map(({ message }: { message: string }) => message)).toContain('left over: device is busy');
    expect((await configuration()).revisions[0]).toMatchObject({ status: 'applied' });
    platform.breakEngine(undefined);
    expect((await restart()).status).toBe(200);
  });

  it('takes a degraded service back as degraded', async () => {
    platform.see(service, { result: 'impaired', reason: 'answered 429' });
    await platform.poll(3);
    expect((await restart()).body.outcome).toBe('restarted');
  });

  it('of a dry run names dependents and running pipelines, and changes nothing', async () => {
    const { id } = await startPipeline(platform.home);
    await configure({ environment: { A_TOKEN: 'secret' } });
    const { status, body } = await restart({ dry_run: true });
    expect(status).toBe(200);
    expect(restartServiceContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toMatchObject({ service, dry_run: true, pending: { environment: { A_TOKEN: '***' } } });
    expect(body.dependents.map(({ name }: { name: string }) => name)).toContain('ai-coder-alpha');
    expect(body.running_pipelines).toEqual([{ pipeline_id: id, stage: expect.any(String), via: expect.any(String) }]);
    expect(platform.engine.calls).toEqual([]);
    expect((await configuration()).pending).not.toBeNull();
  });

  it('repeated under an Idempotency-Key is the same answer, and one restart', async () => {
    const headers = { 'idempotency-key': 'restart-1' };
    const first = await restart({}, headers);
    const again = await restart({}, headers);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(platform.engine.calls).toEqual([`restart ${container}`]);
  });

  it('leaves probes without an event while it goes on, and lets them count afterwards', async () => {
    platform.see(service, { version: '1' });
    await platform.poll(2);
    let isFirst = true;
    platform.see(service, async () => {
      if (!isFirst) return {};
      isFirst = false;
      platform.see(service, failed);
      await platform.poll(4);
      const { body } = await platform.api.send('GET', `/api/v1/services/${service}`);
      expect(body).toMatchObject({ status: 'unhealthy', restarting: true });
      platform.see(service, undefined);
      return {};
    });
    expect((await restart({ timeout_seconds: 900 })).body.outcome).toBe('restarted');
    expect(platform.home.published.filter(({ type }) => type === 'service.health_changed')).toEqual([]);
    platform.see(service, failed);
    await platform.poll(3);
    expect(platform.home.published.filter(({ type }) => type === 'service.health_changed')).toHaveLength(1);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    [{ timeout_seconds: 4 }, 'body.timeout_seconds'],
    [{ timeout_seconds: 901 }, 'body.timeout_seconds'],
    [{ timeout_seconds: '30' }, 'body.timeout_seconds'],
    [{ dry_run: 'yes' }, 'body.dry_run'],
    [{ force: true }, 'body'],
  ])('is given for %j, with the path', async (body, wrong) => {
    const answer = await restart(body);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toContain(wrong);
    expect(platform.engine.calls).toEqual([]);
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(platform.api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for a service that the catalogue does not name', async () => {
    expectRefusal(await platform.api.send('POST', '/api/v1/services/nobody/restart'), 404, 'NOT_FOUND');
  });
});

describe('409 CONFLICT', () => {
  it('is given to the second of two at once, with the operation of the first, and the next one may go', async () => {
    const answers = await Promise.all([restart(), restart(), restart()]);
    const done = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(done).toHaveLength(1);
    for (const answer of refused) {
      expectRefusal(answer, 409, 'CONFLICT');
      expect(answer.body.error.details).toMatchObject({ operation_id: done[0]?.body.operation_id });
    }
    expect((await restart()).status).toBe(200);
  });

  it('is not given for another service', async () => {
    const [one, other] = await Promise.all([restart(), platform.api.send('POST', '/api/v1/services/redis/restart')]);
    expect([one.status, other.status]).toEqual([200, 200]);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given for a large body', () => expectTooLarge(platform.api, request));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given for a body that is not JSON', () => expectJsonOnly(platform.api, request));
});

describe('422 IDEMPOTENCY_MISMATCH', () => {
  it('is given for a key that was used with another request', async () => {
    const headers = { 'idempotency-key': 'restart-2' };
    await restart({ dry_run: true }, headers);
    expectRefusal(await restart({}, headers), 422, 'IDEMPOTENCY_MISMATCH');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of restarts', async () => {
    const limited = await openWatchedPlatform({ settings: { RATE_LIMITS: 'service_restart=2' } });
    await expectLimited(limited.api, { ...request, body: { dry_run: true } }, 2);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(platform.api, request, 'operations'));
});

describe('503 SERVICE_UNAVAILABLE', () => {
  it('is given when the container host cannot be reached; nothing is lost, and the next restart may go', async () => {
    await configure({ environment: { MODEL: 'gpt-4o' } });
    platform.breakEngine(() => new ContainerHostUnreachable('The container host is gone', 'memory'));
    const answer = await restart();
    expectRefusal(answer, 503, 'SERVICE_UNAVAILABLE');
    expect(answer.body.error).toMatchObject({
      message: 'The container host is gone',
      details: { operation_id: expect.stringMatching(/^op_/), outcome: 'failed' },
    });
    platform.breakEngine(undefined);
    expect((await configuration()).pending).toMatchObject({ environment: { MODEL: 'gpt-4o' } });
    expect((await restart()).body).toMatchObject({ outcome: 'restarted', config_revision: 1 });
  });

  it('is given when there is no such container, and names it; what is configured stays pending, of no restart', async () => {
    await configure({ environment: { MODEL: 'gpt-4o' } });
    platform.engine.containers.delete(container);
    const answer = await restart();
    expectRefusal(answer, 503, 'SERVICE_UNAVAILABLE');
    expect(answer.body.error.message).toBe(`There is no container ${container} on memory`);
    expect((await configuration()).revisions).toMatchObject([{ status: 'pending', operation_id: null }]);
  });
});

describe('504 TIMEOUT', () => {
  it('is given when the service is not healthy within its time, with the operation', async () => {
    brokenWhile(() => true);
    const answer = await restart({ timeout_seconds: 5 });
    expectRefusal(answer, 504, 'TIMEOUT');
    expect(answer.body.error.message).toBe('The service was not healthy within 5 seconds: answered 503');
    expect(answer.body.error.details).toMatchObject({ status: 'failed', outcome: 'not_healthy' });
    expect(platform.engine.containers.get(container)?.State.Running).toBe(true);
  });

  it('is given when an answer is due and the restart goes on, which its operation then tells', async () => {
    platform.see(service, async () => {
      platform.home.clock.advance(1_000);
      await elapse(5);
      return failed;
    });
    const answer = await restart({ timeout_seconds: 600 });
    expectRefusal(answer, 504, 'TIMEOUT');
    expect(answer.body.error.details).toMatchObject({ status: 'running', outcome: null });
    platform.see(service, undefined);
    const operation = `/api/v1/operations/${answer.body.error.details.operation_id}`;
    const ended = async () => (await platform.api.send('GET', operation)).body.outcome;
    await expect.poll(ended, { timeout: 10_000 }).toBe('restarted');
  });
});
