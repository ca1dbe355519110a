import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyChange,
  type ContainerChange,
  planChange,
  rollBackChange,
  settleChange,
} from '../../../functions/services/container-change.ts';
import {
  type ContainerEngine,
  ContainerFailed,
  ContainerRefused,
} from '../../../platform/containers/container-engine.ts';
import { createDockerEngine } from '../../../platform/containers/docker-engine.ts';
import { chosenOf, containersOf, inspectContainer, readInContainer } from '../../docker/container-facts.ts';
import { type DockerHost, network, openDockerHost } from '../../docker/docker-host.ts';

let host: DockerHost;
let engine: ContainerEngine;
beforeAll(async () => {
  host = await openDockerHost();
  engine = createDockerEngine(host.host, { secrets: { get: async () => undefined } });
  const IPAM = { Driver: 'default', Config: [{ Subnet: '10.214.7.0/24' }] };
  await host.docker.createNetwork({ Name: 'addressed', IPAM });
});
afterAll(() => host.close());

const megabyte = 1024 ** 2;

/** Something of everything that people choose for containers. */
const rich = (): Docker.ContainerCreateOptions => ({
  Env: ['MODE=first', 'SPACES=a b', 'EQUALS=a=b'],
  Cmd: ['8080'],
  Hostname: 'chosen-host',
  User: '0:0',
  WorkingDir: '/',
  StopSignal: 'SIGTERM',
  StopTimeout: 3,
  Labels: { 'omni.quantum.component': 'service', 'omni.quantum.critical': 'true' },
  ExposedPorts: { '8080/tcp': {}, '9090/udp': {} },
  Volumes: { '/cache': {} },
  Healthcheck: { Test: ['CMD', '/bin/busybox', 'true'], Interval: 2e9, Timeout: 1e9, Retries: 5, StartPeriod: 1e9 },
  HostConfig: {
    NetworkMode: network,
    RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
    PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '18099' }] },
    Binds: ['named-volume:/named', '/etc/hostname:/host-name:ro'],
    Mounts: [
      { Type: 'volume', Source: 'mounted-volume', Target: '/mounted' },
      { Type: 'tmpfs', Source: '', Target: '/scratch', TmpfsOptions: { SizeBytes: megabyte, Mode: 0o1777 } },
    ],
    Tmpfs: { '/run': 'rw,size=65536k' },
    Memory: 128 * megabyte,
    MemorySwap: 192 * megabyte,
    MemoryReservation: 32 * megabyte,
    NanoCpus: 5e8,
    CpuShares: 512,
    PidsLimit: 64,
    Ulimits: [{ Name: 'nofile', Soft: 512, Hard: 1024 }],
    CapAdd: ['NET_ADMIN'],
    CapDrop: ['MKNOD'],
    ExtraHosts: ['somewhere:10.1.2.3'],
    Dns: ['10.1.2.4'],
    Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
    Init: true,
    ShmSize: 8 * megabyte,
    SecurityOpt: ['no-new-privileges'],
    OomScoreAdj: 100,
  },
  NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: ['service', 'other-name'] } } },
});

async function changeOf(name: string, desired: ContainerChange['desired']): Promise<ContainerChange> {
  const plan = await planChange(engine, name, desired);
  return { container: name, operationId: 'op_1', plan, desired };
}

async function apply(name: string, desired: ContainerChange['desired']): Promise<ContainerChange> {
  const change = await changeOf(name, desired);
  await applyChange(engine, change);
  return change;
}

const newMode = { environment: { MODE: 'second', ADDED: 'yes', SPACES: null }, resources: { memory_limit: '160m' } };

/** The start of the service as its volume tells it, once the new process has written it. */
const starts = (name: string, count: number) =>
  expect
    .poll(async () => (await readInContainer(host.docker, name, '/data/starts')).split('\n').length - 1)
    .toBe(count);

describe('a change of environment and memory', () => {
  it('changes them and nothing else of a container with something of everything', async () => {
    const name = await host.newContainer({ ...rich(), name: 'omni-rich' });
    const addressed = { Aliases: ['fixed'], IPAMConfig: { IPv4Address: '10.214.7.77' } };
    const settings = { Container: name, EndpointConfig: addressed } as Docker.NetworkConnectOptions;
    await host.docker.getNetwork('addressed').connect(settings);
    await starts(name, 1);
    const before = await inspectContainer(host.docker, name);
    const change = await apply(name, newMode);
    await settleChange(engine, change);
    const after = await inspectContainer(host.docker, name);

    expect(await containersOf(host.docker, name)).toEqual([`${name} running`]);
    const { Binds, Memory, MemorySwap, ...hostConfig } = chosenOf(after).HostConfig;
    const { Binds: bindsBefore, Memory: _, MemorySwap: __, ...hostConfigBefore } = chosenOf(before).HostConfig;
    expect(hostConfig).toEqual(hostConfigBefore);
    expect([Memory, MemorySwap]).toEqual([160 * megabyte, 224 * megabyte]);
    const { Env, ...config } = chosenOf(after).Config;
    const { Env: envBefore, ...configBefore } = chosenOf(before).Config;
    expect(config).toEqual(configBefore);
    const kept = envBefore.filter((line) => !/^(MODE|SPACES)=/.test(line));
    expect(Env.toSorted()).toEqual([...kept, 'SPACES', 'MODE=second', 'ADDED=yes'].toSorted());
    expect(after.State.Running).toBe(true);

    const anonymous = before.Mounts.filter(({ Destination }) => ['/data', '/cache'].includes(Destination));
    expect(Binds?.toSorted()).toEqual(
      [...(bindsBefore ?? []), ...anonymous.map((mount) => `${mount.Name}:${mount.Destination}`)].toSorted(),
    );
    const where = (facts: Docker.ContainerInspectInfo) =>
      chosenOf(facts).Mounts.map(({ Type, Name, Source, Destination, RW }) => ({
        Type,
        Name,
        Source,
        Destination,
        RW,
      }));
    expect(where(after)).toEqual(where(before));
    expect(chosenOf(after)).toMatchObject({
      Path: chosenOf(before).Path,
      Args: chosenOf(before).Args,
      Image: before.Image,
      Ports: chosenOf(before).Ports,
      Networks: chosenOf(before).Networks,
    });
    expect(await readInContainer(host.docker, name, '/data/starts')).toContain('first\n');
    await starts(name, 2);
  });

  it('made again on what it made keeps the anonymous volume, and then is no change any more', async () => {
    const name = await host.newContainer();
    await starts(name, 1);
    await settleChange(engine, await apply(name, newMode));
    await settleChange(engine, await apply(name, { environment: { MODE: 'third' }, resources: {} }));
    await starts(name, 3);
    expect(await readInContainer(host.docker, name, '/data/starts')).toBe('image\nsecond\nthird\n');
    const desired = { environment: { ...newMode.environment, MODE: 'third' }, resources: newMode.resources };
    expect((await planChange(engine, name, desired)).action).toBe('restart');
  });

  it.each(['host', 'none', 'container:omni-companion'])('keeps the network mode %s', async (NetworkMode) => {
    if (NetworkMode.startsWith('container:')) await host.newContainer({ name: 'omni-companion' });
    const port = 18_101;
    const name = await host.newContainer({ Cmd: [String(port)], HostConfig: { NetworkMode } });
    const before = await inspectContainer(host.docker, name);
    await settleChange(engine, await apply(name, newMode));
    const after = await inspectContainer(host.docker, name);
    expect(after.HostConfig.NetworkMode).toBe(before.HostConfig.NetworkMode);
    expect(chosenOf(after).Config.Hostname).toBe(chosenOf(before).Config.Hostname);
    expect(after.Config.ExposedPorts).toEqual(before.Config.ExposedPorts);
    expect(Object.keys(after.NetworkSettings.Networks)).toEqual(Object.keys(before.NetworkSettings.Networks));
    expect(await containersOf(host.docker, name)).toEqual([`${name} running`]);
  });

  it('keeps the content of a volume that was mounted without a name', async () => {
    const Mounts = [{ Type: 'volume', Target: '/data' }] as Docker.MountConfig;
    const name = await host.newContainer({ HostConfig: { NetworkMode: network, Mounts } });
    await starts(name, 1);
    await settleChange(engine, await apply(name, newMode));
    await starts(name, 2);
    expect(await readInContainer(host.docker, name, '/data/starts')).toBe('image\nsecond\n');
  });

  it("keeps the image that the container runs, though the image's name means another by now", async () => {
    const name = await host.newContainer();
    const before = await inspectContainer(host.docker, name);
    const { Id } = await host.docker.getContainer(name).commit({ repo: 'small-service', tag: '1', comment: 'newer' });
    expect(Id).not.toBe(before.Image);
    await apply(name, newMode);
    expect((await inspectContainer(host.docker, name)).Image).toBe(before.Image);
    await host.docker.getImage(before.Image).tag({ repo: 'small-service', tag: '1' });
  });
});

it('a container that took the place of another is started by its engine when that starts anew', async () => {
  const name = await host.newContainer();
  await settleChange(engine, await apply(name, newMode));
  await host.stop();
  await host.start();
  await expect.poll(() => containersOf(host.docker, name)).toEqual([`${name} running`]);
});

describe('a change of limits', () => {
  it('is made to the container that is there', async () => {
    const name = await host.newContainer({ ...rich(), HostConfig: { ...rich().HostConfig, PortBindings: {} } });
    const before = await inspectContainer(host.docker, name);
    await apply(name, { environment: {}, resources: { memory_limit: '96m', cpu_limit: '0.25' } });
    const after = await inspectContainer(host.docker, name);
    const limits = { Memory: 96 * megabyte, MemorySwap: 160 * megabyte, NanoCpus: 25e7 };
    expect(after.Id).toBe(before.Id);
    expect(after.State.StartedAt).not.toBe(before.State.StartedAt);
    expect(chosenOf(after)).toEqual({ ...chosenOf(before), HostConfig: { ...before.HostConfig, ...limits } });
  });

  it('reaches a container that its engine starts again and again', async () => {
    const Cmd = ['-c', 'exit 1'];
    const name = await host.newContainer({ Entrypoint: ['/bin/sh'], Cmd, HostConfig: { Memory: 64 * megabyte } });
    await expect.poll(async () => (await inspectContainer(host.docker, name)).RestartCount).toBeGreaterThan(1);
    await apply(name, { environment: {}, resources: { memory_limit: '96m' } });
    expect((await inspectContainer(host.docker, name)).HostConfig.Memory).toBe(96 * megabyte);
    await host.docker.getContainer(name).remove({ force: true, v: true });
  });

  it('that the engine does not take leaves the container running as it was', async () => {
    const name = await host.newContainer();
    const before = await inspectContainer(host.docker, name);
    await expect(apply(name, { environment: {}, resources: { cpu_limit: '512' } })).rejects.toThrow(ContainerRefused);
    const after = await inspectContainer(host.docker, name);
    expect([after.State.Running, after.State.StartedAt]).toEqual([true, before.State.StartedAt]);
  });

  it('below what the container uses now is taken, as it is stopped for it', async () => {
    const uses32 = 'trap "exit 0" TERM; dd if=/dev/zero of=/dev/shm/used bs=1M count=32; while true; do sleep 1; done';
    const name = await host.newContainer({
      Entrypoint: ['/bin/sh', '-c'],
      Cmd: [uses32],
      HostConfig: { Memory: 128 * megabyte, MemorySwap: 128 * megabyte },
    });
    await expect.poll(async () => (await engine.usage(name)).memoryBytes).toBeGreaterThan(32 * megabyte);
    const less = { Memory: 16 * megabyte, MemorySwap: 16 * megabyte };
    await expect(engine.update(name, less)).rejects.toThrow(ContainerFailed);
    await apply(name, { environment: {}, resources: { memory_limit: '16m' } });
    expect((await inspectContainer(host.docker, name)).HostConfig).toMatchObject(less);
  });

  it('rolled back is made to the same container, where limits that it does not touch were never set', async () => {
    const name = await host.newContainer({ HostConfig: { Memory: 96 * megabyte } });
    const before = await inspectContainer(host.docker, name);
    const change = await apply(name, { environment: {}, resources: { memory_limit: '64m' } });
    await rollBackChange(engine, change);
    const after = await inspectContainer(host.docker, name);
    expect([after.Id, chosenOf(after)]).toEqual([before.Id, chosenOf(before)]);
  });

  it('that takes them away makes another container without any', async () => {
    const name = await host.newContainer({ HostConfig: { Memory: 64 * megabyte, NanoCpus: 5e8 } });
    await settleChange(
      engine,
      await apply(name, { environment: {}, resources: { memory_limit: null, cpu_limit: null } }),
    );
    const { HostConfig } = await inspectContainer(host.docker, name);
    expect(HostConfig).toMatchObject({ Memory: 0, MemorySwap: 0, NanoCpus: 0 });
  });

  it('of a container with a quota is in processors from then on', async () => {
    const name = await host.newContainer({
      HostConfig: { NetworkMode: network, CpuQuota: 30_000, CpuPeriod: 100_000 },
    });
    await settleChange(engine, await apply(name, { environment: {}, resources: { cpu_limit: '0.5' } }));
    const { HostConfig } = await inspectContainer(host.docker, name);
    expect(HostConfig).toMatchObject({ NanoCpus: 5e8, CpuQuota: 0 });
  });
});

describe('a roll back', () => {
  it('has the container of before serve again, unchanged', async () => {
    const name = await host.newContainer({ ...rich(), HostConfig: { ...rich().HostConfig, PortBindings: {} } });
    const before = await inspectContainer(host.docker, name);
    const change = await apply(name, { ...newMode, environment: { MODE: 'broken' } });
    await rollBackChange(engine, change);
    await settleChange(engine, change);
    const after = await inspectContainer(host.docker, name);
    expect([after.Id, chosenOf(after)]).toEqual([before.Id, chosenOf(before)]);
    expect(await containersOf(host.docker, name)).toEqual([`${name} running`]);
  });

  it('leaves one container running though the engine starts anew before it is over', async () => {
    const always = { NetworkMode: network, RestartPolicy: { Name: 'always' } };
    const name = await host.newContainer({ HostConfig: always });
    const change = await apply(name, newMode);
    await rollBackChange(engine, change);
    await host.stop();
    await host.start();
    await expect
      .poll(async () => (await containersOf(host.docker, name)).filter((each) => each.endsWith(' running')))
      .toEqual([`${name} running`]);
    await settleChange(engine, change);
    expect(await containersOf(host.docker, name)).toEqual([`${name} running`]);
  });

  it('of limits that were not there before has none again, and the content of the volume', async () => {
    const name = await host.newContainer();
    await starts(name, 1);
    const change = await apply(name, { environment: {}, resources: { memory_limit: '64m' } });
    expect(change.plan.action).toBe('update');
    await rollBackChange(engine, change);
    await settleChange(engine, change);
    const after = await inspectContainer(host.docker, name);
    expect(after.HostConfig).toMatchObject({ Memory: 0, MemorySwap: 0 });
    await starts(name, 3);
    expect(await containersOf(host.docker, name)).toEqual([`${name} running`]);
  });
});

class Killed extends Error {}

/** The engine for a process that is killed before its nth call, or after it when that is `after`. */
function killedAt(moment: number, when: 'before' | 'after') {
  let calls = 0;
  const mortal = new Proxy(engine, {
    get(target, name: keyof ContainerEngine) {
      const member = target[name];
      if (typeof member !== 'function') return member;
      return async (...parameters: never[]) => {
        calls += 1;
        if (calls === moment && when === 'before') throw new Killed();
        const result = await (member as (...all: never[]) => Promise<unknown>)(...parameters);
        if (calls === moment) throw new Killed();
        return result;
      };
    },
  });
  return mortal;
}

const isKilled = (work: Promise<void>) =>
  work.then(
    () => false,
    (error: unknown) => {
      if (error instanceof Killed) return true;
      throw error;
    },
  );

describe('killed at any call of the engine', () => {
  it('a change is finished by the next call, and never do two containers run, nor is the volume lost', async () => {
    for (let moment = 1; ; moment += 1) {
      const name = await host.newContainer();
      const change = await changeOf(name, newMode);
      const wasKilled = await isKilled(applyChange(killedAt(moment, 'after'), change));
      const running = (await containersOf(host.docker, name)).filter((each) => each.endsWith(' running'));
      expect(running.length).toBeLessThanOrEqual(1);
      await applyChange(engine, change);
      await isKilled(settleChange(killedAt(moment, 'after'), change));
      await settleChange(engine, change);
      expect(await containersOf(host.docker, name)).toEqual([`${name} running`]);
      await starts(name, 2);
      const { Config } = await inspectContainer(host.docker, name);
      expect(Config.Env).toContain('MODE=second');
      await host.docker.getContainer(name).remove({ force: true, v: true });
      if (!wasKilled) return;
    }
  });

  it('a change is undone by a roll back, which may be killed too', async () => {
    for (let moment = 1; ; moment += 1) {
      const name = await host.newContainer();
      const before = await inspectContainer(host.docker, name);
      const change = await changeOf(name, newMode);
      const wasKilled = await isKilled(applyChange(killedAt(moment, 'before'), change));
      await isKilled(rollBackChange(killedAt(moment, 'before'), change));
      await rollBackChange(engine, change);
      await settleChange(engine, change);
      const after = await inspectContainer(host.docker, name);
      expect([after.Id, chosenOf(after)]).toEqual([before.Id, chosenOf(before)]);
      expect(await containersOf(host.docker, name)).toEqual([`${name} running`]);
      await host.docker.getContainer(name).remove({ force: true, v: true });
      if (!wasKilled) return;
    }
  });
});
