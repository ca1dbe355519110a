import { describe, expect, it } from 'vitest';
import { variablesOf } from '../../../functions/config/contract.ts';
import {
  applyChange,
  type ContainerChange,
  planChange,
  rollBackChange,
  settleChange,
} from '../../../functions/services/container-change.ts';
import { ContainerMissing } from '../../../platform/containers/container-engine.ts';
import { type MemoryEngine, memoryEngine } from '../../platform/containers/memory-engine.ts';

const name = 'omni-litellm';
const operationId = 'op_01jhnkp8r2c5d3v7w9x0y1z2a3';

const desires = {
  nothing: { environment: {}, resources: {} },
  environment: { environment: { MODEL: 'new', OLD: null }, resources: { memory_limit: '512m' } },
  limits: { environment: {}, resources: { memory_limit: '512m', cpu_limit: '0.5' } },
  'no limits': { environment: {}, resources: { memory_limit: null } },
};

const limited = { Memory: 256 * 1024 ** 2, MemorySwap: 512 * 1024 ** 2, NanoCpus: 1e9 };

function open(limits: typeof limited | null = limited): MemoryEngine {
  return memoryEngine({ [name]: { env: ['MODEL=old', 'OLD=1', 'KEPT=yes'], ...(limits ? { limits } : {}) } });
}

async function changeFor(engine: MemoryEngine, desired: ContainerChange['desired']): Promise<ContainerChange> {
  return { container: name, operationId, desired, plan: await planChange(engine, name, desired) };
}

/** The one container that serves: running, under the service's name, and no other is running. */
function serving(engine: MemoryEngine) {
  const running = [...engine.containers].filter(([, { State }]) => State.Running).map(([each]) => each);
  expect(running).toEqual([name]);
  return engine.containers.get(name);
}

describe('a change', () => {
  it('of the environment puts another container in its place, with the rest of the environment and the policy kept', async () => {
    const engine = open();
    const before = engine.containers.get(name)?.Id;
    const change = await changeFor(engine, desires.environment);
    expect(change.plan.action).toBe('recreate');
    await applyChange(engine, change);
    await settleChange(engine, change);
    const after = serving(engine);
    expect([...engine.containers.keys()]).toEqual([name]);
    expect(after?.Id).not.toBe(before);
    expect(variablesOf(after?.Config.Env)).toEqual(new Map(Object.entries({ KEPT: 'yes', MODEL: 'new' })));
    expect(after?.HostConfig).toMatchObject({ Memory: 512 * 1024 ** 2, RestartPolicy: { Name: 'unless-stopped' } });
  });

  it('of limits alone is an update and a restart of the same container', async () => {
    const engine = open();
    const before = engine.containers.get(name);
    const change = await changeFor(engine, desires.limits);
    await applyChange(engine, change);
    await settleChange(engine, change);
    expect(engine.calls).toEqual([`update ${name}`, `restart ${name}`]);
    expect(serving(engine)).toMatchObject({
      Id: before?.Id,
      HostConfig: { Memory: 512 * 1024 ** 2, MemorySwap: 1024 ** 3, NanoCpus: 5e8 },
    });
  });

  it('that takes a limit away puts another container in its place, as no engine takes it from one that is there', async () => {
    const engine = open();
    const change = await changeFor(engine, desires['no limits']);
    expect(change.plan.action).toBe('recreate');
    await applyChange(engine, change);
    expect(serving(engine)?.HostConfig).toMatchObject({ Memory: 0, MemorySwap: 0, NanoCpus: 1e9 });
  });

  it('that was made before is a restart, also where it took a variable away', async () => {
    const engine = open();
    const change = await changeFor(engine, desires.environment);
    await applyChange(engine, change);
    await settleChange(engine, change);
    expect((await planChange(engine, name, desires.environment)).action).toBe('restart');
  });

  it('to what is so already is a restart', async () => {
    const engine = open();
    const change = await changeFor(engine, { environment: { KEPT: 'yes' }, resources: { cpu_limit: '1.0' } });
    await applyChange(engine, change);
    expect(engine.calls).toEqual([`restart ${name}`]);
  });

  it('of a container that is not there is refused as missing', async () => {
    await expect(planChange(open(), 'omni-nothing', desires.nothing)).rejects.toThrow(ContainerMissing);
  });

  it('is refused for a container that its engine removes when it stops, a restart is not', async () => {
    const engine = open();
    Object.assign(engine.containers.get(name)?.HostConfig ?? {}, { AutoRemove: true });
    await expect(planChange(engine, name, desires.environment)).rejects.toThrow('AutoRemove');
    await expect(planChange(engine, name, desires.limits)).rejects.toThrow('AutoRemove');
    expect((await planChange(engine, name, desires.nothing)).action).toBe('restart');
  });
});

describe('rolled back', () => {
  it('a limit is as it was in the same container, though another limit was never set', async () => {
    const engine = open({ ...limited, NanoCpus: 0 });
    const before = await engine.inspect(name);
    const change = await changeFor(engine, { environment: {}, resources: { memory_limit: '128m' } });
    await applyChange(engine, change);
    await rollBackChange(engine, change);
    await settleChange(engine, change);
    expect(serving(engine)).toMatchObject({ Id: before?.Id, HostConfig: before?.HostConfig });
  });

  it('the container that failed is not started again by its engine', async () => {
    const engine = open();
    const change = await changeFor(engine, desires.environment);
    await applyChange(engine, change);
    await rollBackChange(engine, change);
    const failed = engine.containers.get(`${name}.failed-${operationId}`);
    expect(failed).toMatchObject({ State: { Running: false }, HostConfig: { RestartPolicy: { Name: 'no' } } });
  });

  it('the container that was there before serves again, with its own restart policy', async () => {
    const engine = open();
    const before = engine.containers.get(name)?.Id;
    const change = await changeFor(engine, desires.environment);
    await applyChange(engine, change);
    await rollBackChange(engine, change);
    await settleChange(engine, change);
    expect(serving(engine)).toMatchObject({ Id: before, HostConfig: { RestartPolicy: { Name: 'unless-stopped' } } });
    expect([...engine.containers.keys()]).toEqual([name]);
  });

  it.each([
    ['set before', limited],
    ['not there before', null],
  ])('limits that were %s are as they were', async (_, limits) => {
    const engine = open(limits);
    const change = await changeFor(engine, desires.limits);
    expect(change.plan.action).toBe('update');
    await applyChange(engine, change);
    await rollBackChange(engine, change);
    await settleChange(engine, change);
    const { Memory = 0, NanoCpus = 0 } = limits ?? {};
    expect(serving(engine)?.HostConfig).toMatchObject({ Memory, NanoCpus });
    expect([...engine.containers.keys()]).toEqual([name]);
  });
});

class Killed extends Error {}

/** Runs the work, killed at its nth moment, then again to its end; false when it has no such moment. */
async function killedAt(engine: MemoryEngine, moment: number, work: () => Promise<void>): Promise<boolean> {
  let moments = 0;
  engine.interrupt = () => {
    moments += 1;
    if (moments === moment) throw new Killed();
  };
  try {
    await work();
    return false;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return true;
  } finally {
    engine.interrupt = () => undefined;
  }
}

const running = (engine: MemoryEngine) => [...engine.containers.values()].filter(({ State }) => State.Running).length;

describe.each(Object.entries(desires))('killed at any call of the engine, a change of %s', (_, desired) => {
  it.each([
    ['is finished by the next call', limited],
    ['of a container without limits is finished by the next call', null],
  ])('%s, and never do two containers run', async (__, limits) => {
    for (let moment = 1; ; moment += 1) {
      const engine = open(limits);
      const change = await changeFor(engine, desired);
      const expected = await undisturbed(limits, desired);
      const wasKilled = await killedAt(engine, moment, () => applyChange(engine, change));
      expect(running(engine)).toBeLessThanOrEqual(1);
      await applyChange(engine, change);
      const wasKilledLater = await killedAt(engine, moment, () => settleChange(engine, change));
      await settleChange(engine, change);
      expect(serving(engine)).toMatchObject(expected);
      expect([...engine.containers.keys()]).toEqual([name]);
      if (!wasKilled && !wasKilledLater) return;
    }
  });

  it('is undone by a roll back, which may be killed too, and the container is as before', async () => {
    for (let moment = 1; ; moment += 1) {
      const engine = open();
      const before = await engine.inspect(name);
      const change = await changeFor(engine, desired);
      const wasKilled = await killedAt(engine, moment, () => applyChange(engine, change));
      const wasKilledLater = await killedAt(engine, moment, () => rollBackChange(engine, change));
      expect(running(engine)).toBeLessThanOrEqual(1);
      await rollBackChange(engine, change);
      await settleChange(engine, change);
      expect(serving(engine)).toMatchObject({ Id: before?.Id, HostConfig: before?.HostConfig, Config: before?.Config });
      expect([...engine.containers.keys()]).toEqual([name]);
      if (!wasKilled && !wasKilledLater) return;
    }
  });
});

async function undisturbed(limits: typeof limited | null, desired: ContainerChange['desired']) {
  const engine = open(limits);
  const change = await changeFor(engine, desired);
  await applyChange(engine, change);
  const { Config, HostConfig } = (await engine.inspect(name)) ?? {};
  return { Config: { Env: Config?.Env }, HostConfig };
}
