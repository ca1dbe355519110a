import { setTimeout as elapse } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chosenOf, containersOf, inspectContainer, readInContainer } from '../docker/container-facts.ts';
import { containerOf, type DockerSite, openDockerSite } from './docker-site.ts';
import {
  configure as configureOf,
  detailOf as detailAt,
  type Operation,
  restart as restartOf,
} from './service-calls.ts';
import { type Answer, call, eventsOf as listEvents } from './site.ts';

let docker: DockerSite;
beforeAll(async () => {
  docker = await openDockerSite();
});
afterAll(() => docker.close());

interface ErrorBody {
  error: { code: string; message: string; details?: Record<string, unknown> };
}

const send = <T>(request: string): Promise<Answer<T>> => call<T>(docker.site(), request);
const restart = <T = Operation>(name: string, body: Record<string, unknown> = {}) =>
  restartOf<T>(docker.site(), name, body);
const configure = (name: string, change: object) => configureOf(docker.site(), name, change);
const detailOf = (name: string) => detailAt(docker.site(), name);
const inspected = (name: string) => inspectContainer(docker.host.docker, containerOf(name));
const containers = (name: string) => containersOf(docker.host.docker, containerOf(name));

function statusOnce(name: string, wanted: string) {
  const read = async () => expect((await detailOf(name)).status).toBe(wanted);
  return vi.waitFor(read, { timeout: 30_000, interval: 200 });
}

async function eventsOf(name: string, type: string): Promise<Record<string, unknown>[]> {
  return (await listEvents(docker.site(), `type=${type}&service=${name}`)).map(({ data }) => data);
}

describe('a service in a container', () => {
  it('is healthy, with version, uptime and the facts of its container', async () => {
    await statusOnce('watched', 'healthy');
    const { version, uptime_seconds, runtime, configuration } = await detailOf('watched');
    expect(version).toBe('1.4.2');
    expect(uptime_seconds).toBeGreaterThanOrEqual(0);
    expect(runtime).toMatchObject({
      id: (await inspected('watched')).Id,
      image: 'small-service:1',
      state: 'running',
      restarts: 0,
      memory_bytes: expect.any(Number),
      memory_limit_bytes: null,
      cpu_percent: expect.any(Number),
    });
    expect(configuration.effective.environment).toMatchObject({ MODE: 'image', REGION: 'somewhere' });
  });

  it('that is stopped is unhealthy after three probes with one event, and back after two with another', async () => {
    await docker.host.docker.getContainer(containerOf('watched')).stop();
    await statusOnce('watched', 'unhealthy');
    await docker.host.docker.getContainer(containerOf('watched')).start();
    await statusOnce('watched', 'healthy');
    const changes = (await eventsOf('watched', 'service.health_changed')).map(({ from, to }) => `${from} to ${to}`);
    expect(changes).toEqual(['unhealthy to healthy', 'healthy to unhealthy']);
  });
});

describe('a restart', () => {
  it('answers once the service is healthy again, and its probes meanwhile raise no event', async () => {
    await statusOnce('restarted', 'healthy');
    const before = await inspected('restarted');
    const { status, body } = await restart('restarted');
    expect([status, body.outcome, body.action]).toEqual([200, 'restarted', 'restart']);
    const after = await inspected('restarted');
    expect([after.Id, after.State.Running]).toEqual([before.Id, true]);
    expect(after.State.StartedAt).not.toBe(before.State.StartedAt);
    await vi.waitFor(async () =>
      expect(await eventsOf('restarted', 'service.restarted')).toMatchObject([{ outcome: 'restarted' }]),
    );
    expect(await eventsOf('restarted', 'service.health_changed')).toEqual([]);
  });

  it('of a service on another host is done there', async () => {
    const { status, body } = await restart('elsewhere');
    expect([status, body.outcome]).toEqual([200, 'restarted']);
  });

  it('is one at a time: the second is 409 and told of the first', async () => {
    const answers = await Promise.all([restart<ErrorBody>('contended'), restart<ErrorBody>('contended')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.error).toMatchObject({ code: 'CONFLICT', details: { operation_id: expect.any(String) } });
  });

  it('of a service that does not become healthy in time is 504, with the operation', async () => {
    const { status, body } = await restart<ErrorBody>('broken', { timeout_seconds: 5 });
    expect([status, body.error.code]).toEqual([504, 'TIMEOUT']);
    const operation = await send<Operation>(`GET /api/v1/operations/${body.error.details?.['operation_id']}`);
    expect(operation.body).toMatchObject({ status: 'failed', outcome: 'not_healthy' });
    expect(await containers('broken')).toEqual([`${containerOf('broken')} running`]);
  });

  it('of a service without a container is 503 and names the container and the host', async () => {
    const { status, body } = await restart<ErrorBody>('missing');
    expect([status, body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(body.error.message).toContain(`There is no container omni-missing on ${docker.host.host}`);
    expect((await detailOf('missing')).runtime_error).toContain('There is no container omni-missing');
  });
});

describe('a change of configuration', () => {
  it('of environment and memory is pending, then applied by the restart, and nothing else changes', async () => {
    const before = await inspected('configured');
    const change = { environment: { MODE: 'second', API_KEY: 'n3w' }, resources: { memory_limit: '64m' } };
    expect((await configure('configured', change)).status).toBe(200);
    const pending = (await detailOf('configured')).configuration;
    expect(pending.pending).toEqual({ ...change, environment: { MODE: 'second', API_KEY: '***' } });
    expect(pending.effective.environment).toMatchObject({ MODE: 'first', API_KEY: '***' });

    const { status, body } = await restart('configured');
    expect([status, body.outcome, body.action]).toEqual([200, 'restarted', 'recreate']);
    const after = await inspected('configured');
    const memory = { Memory: 64 * 1024 ** 2, MemorySwap: 128 * 1024 ** 2 };
    const [anonymous] = before.Mounts;
    const Binds = [`${anonymous?.Name}:/data`];
    const Env = ['MODE=second', 'API_KEY=n3w'];
    const sorted = ({ Config, ...rest }: ReturnType<typeof chosenOf>) => ({
      ...rest,
      Mounts: rest.Mounts.map(({ Name, Destination, RW }) => ({ Name, Destination, RW })),
      Config: { ...Config, Env: Config.Env.toSorted() },
    });
    const chosen = chosenOf(before);
    const kept = chosen.Config.Env.filter((line) => !/^(MODE|API_KEY)=/.test(line));
    expect(sorted(chosenOf(after))).toEqual(
      sorted({
        ...chosen,
        Config: { ...chosen.Config, Env: [...kept, ...Env] },
        HostConfig: { ...chosen.HostConfig, ...memory, Binds },
      }),
    );
    expect(await readInContainer(docker.host.docker, containerOf('configured'), '/data/starts')).toBe(
      'first\nsecond\n',
    );
    expect(await containers('configured')).toEqual([`${containerOf('configured')} running`]);
    const { configuration } = await detailOf('configured');
    expect(configuration).toMatchObject({ pending: null, revisions: [{ status: 'applied' }] });
    expect(JSON.stringify(configuration)).not.toContain('n3w');
  });

  it('of limits alone is made to the container that is there', async () => {
    const { Id } = await inspected('limited');
    await configure('limited', { resources: { memory_limit: '96m', cpu_limit: '0.5' } });
    const { body } = await restart('limited');
    expect([body.outcome, body.action]).toEqual(['restarted', 'update']);
    expect(await inspected('limited')).toMatchObject({ Id, HostConfig: { Memory: 96 * 1024 ** 2, NanoCpus: 5e8 } });
  });

  it('that breaks the service is rolled back: the old container serves, and the change has failed with the reason', async () => {
    const before = await inspected('refused');
    await configure('refused', { environment: { MODE: 'broken' }, resources: { memory_limit: '64m' } });
    const { status, body } = await restart('refused', { timeout_seconds: 5 });
    expect([status, body.outcome]).toEqual([200, 'rolled_back']);
    const after = await inspected('refused');
    expect([after.Id, chosenOf(after)]).toEqual([before.Id, chosenOf(before)]);
    expect(await containers('refused')).toEqual([`${containerOf('refused')} running`]);
    const { configuration } = await detailOf('refused');
    expect(configuration.pending).toBeNull();
    expect(configuration.revisions[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('not healthy within 5 seconds: answered 404'),
    });
    expect((await eventsOf('refused', 'service.restarted'))[0]).toMatchObject({ outcome: 'rolled_back' });
  });
});

describe('an engine that is stopped', () => {
  it('makes a restart 503 that names the host, and is used again once it runs', async () => {
    await docker.otherHost.stop();
    const { status, body } = await restart<ErrorBody>('elsewhere');
    expect([status, body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(body.error.message).toContain(`The container host ${docker.otherHost.host} cannot be reached`);
    expect((await detailOf('elsewhere')).runtime_error).toContain('cannot be reached');
    await docker.otherHost.start();
    await statusOnce('elsewhere', 'healthy');
    expect((await restart('elsewhere')).status).toBe(200);
  });
});

describe('killed in the middle of a recreate', () => {
  /** In ms after the restart was asked for: it takes some 700 ms to the start of the new container, and 2 s to the end. */
  const killMoments = [30, 120, 250, 400, 600, 1000, 1800];

  it('the next start finishes or rolls back: never two containers serving, never none', {
    timeout: 180_000,
  }, async () => {
    await statusOnce('killed', 'healthy');
    for (const [index, moment] of killMoments.entries()) {
      await configure('killed', { environment: { ROUND: String(index) } });
      const answer = restart('killed').catch(() => 'the process was killed');
      await elapse(moment);
      await docker.killAndStart();
      await answer;
      const serving = (await containers('killed')).filter((each) => each.endsWith(' running'));
      expect(serving.length).toBeLessThanOrEqual(1);
      const ended = await vi.waitFor(
        async () => {
          const next = await restart<Operation & ErrorBody>('killed');
          expect(next.status, JSON.stringify(next.body)).toBe(200);
          return next.body;
        },
        { timeout: 60_000, interval: 300 },
      );
      expect(ended.outcome).toBe('restarted');
      expect(await containers('killed')).toEqual([`${containerOf('killed')} running`]);
      expect((await inspected('killed')).Config.Env).toContain(`ROUND=${index}`);
    }
    const starts = await readInContainer(docker.host.docker, containerOf('killed'), '/data/starts');
    expect(starts.split('\n').length).toBeGreaterThan(killMoments.length);
    const operations = (await eventsOf('killed', 'service.restarted')).map(({ operation_id }) => operation_id);
    expect(new Set(operations).size).toBe(operations.length);
  });
});
