import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadContainerFacts } from '../../../../functions/services/container-facts-store.ts';
import { inspectContainers } from '../../../../functions/services/tasks/inspect-containers.ts';
import { ContainerHostUnreachable, ContainerRefused } from '../../../../platform/containers/container-engine.ts';
import { openWatchedPlatform, type WatchedPlatform } from '../watched-platform.ts';

let platform: WatchedPlatform;
beforeEach(async () => {
  platform = await openWatchedPlatform();
});
afterEach(() => platform.close());

const inspect = () => inspectContainers.run({}, platform.home);
const facts = async (service: string) => (await loadContainerFacts(platform.home.backend)).get(service);
const warnings = () => platform.home.logLines.filter((line) => line.includes('container could not be inspected'));

describe('looking at the containers', () => {
  it('keeps what is new of each, and writes nothing when nothing is', async () => {
    expect(await inspect()).toEqual({ changed: 37 });
    const table = vi.spyOn(platform.home.backend, 'table');
    expect(await inspect()).toEqual({ changed: 0 });
    expect(table).toHaveBeenCalledTimes(1);
    await platform.engine.stop('omni-redis');
    expect(await inspect()).toEqual({ changed: 1 });
    expect(await facts('redis')).toMatchObject({ state: 'exited', startedMs: null, image: 'service:1' });
  });

  it('notes that a container is gone, and that it is back', async () => {
    await inspect();
    const { Name } = platform.engine.containers.get('omni-redis') ?? {};
    await platform.engine.rename('omni-redis', 'elsewhere');
    await inspect();
    expect([Name, await facts('redis')]).toEqual(['/omni-redis', null]);
    await platform.engine.rename('elsewhere', 'omni-redis');
    await inspect();
    expect(await facts('redis')).toMatchObject({ state: 'running' });
  });

  it('keeps what was known of a host that cannot be reached, and asks it no more in that round', async () => {
    await inspect();
    platform.breakEngine(() => new ContainerHostUnreachable('the host is gone', 'memory'));
    expect(await inspect()).toEqual({ changed: 0 });
    expect(await facts('redis')).toMatchObject({ state: 'running' });
    expect(warnings()).toHaveLength(1);
  });

  it('goes on after a container that its engine fails at', async () => {
    platform.breakEngine((call) =>
      call === 'inspect omni-redis' ? new ContainerRefused('broken', 'memory') : undefined,
    );
    expect(await inspect()).toEqual({ changed: 36 });
    expect(warnings()).toHaveLength(1);
  });
});
