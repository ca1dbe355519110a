import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContainerHostUnreachable } from '../../../platform/containers/container-engine.ts';
import { createDockerEngine } from '../../../platform/containers/docker-engine.ts';
import { type DockerHost, openDockerHost } from '../../docker/docker-host.ts';
import { describeContainerEngine } from '../../suites/container-engine-suite.ts';

const secrets = { get: async () => undefined };

describeContainerEngine({
  name: 'a Docker engine',
  async open() {
    const host = await openDockerHost();
    const engine = createDockerEngine(host.host, { secrets });
    return { engine, newContainer: () => host.newContainer(), close: host.close };
  },
});

describe('a Docker engine', () => {
  let host: DockerHost;
  beforeAll(async () => {
    host = await openDockerHost();
  });
  afterAll(() => host.close());

  it('tells what a running container uses, and nothing of one that is stopped', async () => {
    const engine = createDockerEngine(host.host, { secrets });
    const name = await host.newContainer();
    const { memoryBytes, cpuPercent } = await engine.usage(name);
    expect(memoryBytes).toBeGreaterThan(10_000);
    expect(cpuPercent).toBeGreaterThanOrEqual(0);
    await engine.stop(name);
    expect(await engine.usage(name)).toEqual({ memoryBytes: null, cpuPercent: null });
  });

  it('that is stopped cannot be reached, and can be again once it is started', async () => {
    const engine = createDockerEngine(host.host, { secrets });
    const name = await host.newContainer();
    await host.stop();
    await expect(engine.inspect(name)).rejects.toThrow(ContainerHostUnreachable);
    await host.start();
    expect((await engine.inspect(name))?.Name).toBe(`/${name}`);
  });
});
