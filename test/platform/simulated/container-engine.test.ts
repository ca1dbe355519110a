import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { variablesOf } from '../../../functions/config/contract.ts';
import { applyChange, planChange, rollBackChange, settleChange } from '../../../functions/services/container-change.ts';
import { ContainerHostUnreachable, ContainerRefused } from '../../../platform/containers/container-engine.ts';
import { createContainerHosts } from '../../../platform/containers/container-hosts.ts';
import { createProber } from '../../../platform/probing/prober.ts';
import { describeContainerEngine } from '../../suites/container-engine-suite.ts';
import { startForTest, type TestPlatform } from './simulated-platform.ts';

describeContainerEngine({
  name: 'the simulated engine',
  async open() {
    const platform = await startForTest();
    const secrets = { get: async () => undefined };
    const hosts = createContainerHosts({ catalogue: platform.catalogue, dockerHost: 'unix:///nowhere', secrets });
    const free = platform.catalogue.services.map(({ container }) => container).values();
    return {
      engine: hosts.engineOf('redis'),
      newContainer: async () => free.next().value ?? 'none is left',
      close: platform.close,
    };
  },
});

const open: TestPlatform[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((platform) => platform.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function start(options: Parameters<typeof startForTest>[0] = {}) {
  const platform = await startForTest(options);
  open.push(platform);
  const { catalogue } = platform;
  const secrets = { get: async () => undefined };
  const hosts = createContainerHosts({ catalogue, dockerHost: 'unix:///nowhere', secrets });
  const prober = createProber({ timeoutMs: 2000, slowMs: 1000, clock: { now: Date.now } });
  const probe = async (name: string) => {
    const service = catalogue.services.find((each) => each.name === name);
    if (!service) throw new Error(`no service ${name}`);
    return (await prober.probe(service)).result;
  };
  return { platform, engine: hosts.engineOf('redis'), probe };
}

const change = (environment: Record<string, string | null>) => ({ environment, resources: {} });

describe('the simulated engine', () => {
  it('has a running container for every service, which the library shows as a real one', async () => {
    const { engine } = await start();
    expect(await engine.inspect('omni-redis')).toMatchObject({
      Name: '/omni-redis',
      State: { Running: true, Status: 'running' },
      HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      Config: { Labels: { 'org.opencontainers.image.version': '1.0.0-simulated' } },
    });
    const { memoryBytes, cpuPercent } = await engine.usage('omni-redis');
    expect(memoryBytes).toBeGreaterThan(1024 ** 2);
    expect(cpuPercent).toBeGreaterThan(0);
  });

  it('a service answers while a container of its name runs, and refuses connections while none does', async () => {
    const { engine, probe } = await start();
    expect(await probe('redis')).toBe('good');
    await engine.stop('omni-redis');
    await engine.stop('omni-redis');
    expect(await probe('redis')).toBe('failed');
    await engine.start('omni-redis');
    await engine.start('omni-redis');
    expect(await probe('redis')).toBe('good');
    await engine.rename('omni-redis', 'omni-other');
    expect(await probe('redis')).toBe('failed');
  });

  it('a change of the environment puts another container in its place, and back', async () => {
    const { engine, probe } = await start();
    const desired = change({ SIMULATED_HEALTH: 'broken', TZ: null });
    const plan = await planChange(engine, 'omni-litellm', desired);
    const work = { container: 'omni-litellm', operationId: 'op_1', plan, desired };
    const before = await engine.inspect('omni-litellm');
    await applyChange(engine, work);
    const during = await engine.inspect('omni-litellm');
    expect(during?.Id).not.toBe(before?.Id);
    const expected = { PATH: '/usr/local/bin:/usr/bin:/bin', SIMULATED_HEALTH: 'broken' };
    expect(variablesOf(during?.Config.Env)).toEqual(new Map(Object.entries(expected)));
    expect(await probe('litellm-proxy')).toBe('failed');
    await rollBackChange(engine, work);
    await settleChange(engine, work);
    expect(await engine.inspect('omni-litellm')).toMatchObject({ Id: before?.Id, HostConfig: before?.HostConfig });
    expect(await engine.inspect('omni-litellm.failed-op_1')).toBeUndefined();
    expect(await probe('litellm-proxy')).toBe('good');
  });

  it('can be made unreachable, and to fail', async () => {
    const { engine, platform } = await start();
    await platform.control('POST', '/faults', { service: 'container-engine', fault: 'unreachable' });
    await expect(engine.inspect('omni-redis')).rejects.toThrow(ContainerHostUnreachable);
    await platform.control('DELETE', '/faults');
    await platform.control('POST', '/faults', { service: 'container-engine', fault: 'error', match: 'restart' });
    await expect(engine.restart('omni-redis')).rejects.toThrow(ContainerRefused);
    expect(await engine.inspect('omni-redis')).toBeDefined();
  });

  it('keeps its containers when the process is started anew', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulated-'));
    folders.push(folder);
    const database = join(folder, 'platform.sqlite');
    const first = await start({ database });
    await first.engine.update('omni-redis', { Memory: 64 * 1024 ** 2 });
    await first.engine.stop('omni-redis');
    await open.pop()?.close();
    const second = await start({ database });
    expect(await second.engine.inspect('omni-redis')).toMatchObject({
      State: { Status: 'exited' },
      HostConfig: { Memory: 64 * 1024 ** 2 },
    });
    expect(await second.probe('redis')).toBe('failed');
  });

  it('speaks to the docker command, which puts the version before the path', async () => {
    const { platform } = await start();
    const response = await fetch(`${platform.engineUrl}/v1.41/containers/json?all=1`);
    expect(await response.json()).toHaveLength(37);
    expect((await fetch(`${platform.engineUrl}/_ping`, { method: 'HEAD' })).headers.get('api-version')).toBe('1.41');
  });
});

it('a service can be made not ready, and slow', async () => {
  const { platform, probe } = await start();
  await platform.control('POST', '/faults', { service: 'ai-gateway', fault: 'not_ready' });
  expect(await probe('ai-gateway')).toBe('impaired');
});
