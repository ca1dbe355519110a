import type { ContainerInspectInfo } from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replacementSpec } from '../../functions/services/container-spec.ts';
import {
  type ContainerEngine,
  ContainerMissing,
  ContainerRefused,
} from '../../platform/containers/container-engine.ts';

/** What an engine brings so that the suite can prove it. */
export interface ContainerEngineHarness {
  name: string;
  open(): Promise<OpenEngine>;
}

export interface OpenEngine {
  engine: ContainerEngine;
  /** The name of a running container that no other test uses, with the restart policy `unless-stopped` and some variables. */
  newContainer(): Promise<string>;
  close(): Promise<void>;
}

/** Declares the tests of what changes of containers rely on: the stand-ins in tests and the real engine do it alike. */
export function describeContainerEngine(harness: ContainerEngineHarness): void {
  describe(`containers of ${harness.name}`, () => {
    let opened: OpenEngine;
    beforeAll(async () => {
      opened = await harness.open();
    });
    afterAll(() => opened.close());

    async function open() {
      const { engine } = opened;
      const name = await opened.newContainer();
      const inspected = async (which = name): Promise<ContainerInspectInfo> => {
        const found = await engine.inspect(which);
        if (!found) throw new Error(`there is no container ${which}`);
        return found;
      };
      return { engine, name, inspected };
    }

    it('one that is there is shown, and one that is not is undefined', async () => {
      const { engine, name, inspected } = await open();
      expect(await inspected()).toMatchObject({
        Name: `/${name}`,
        State: { Running: true, Status: 'running' },
        HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      });
      expect(await engine.inspect(`${name}-not`)).toBeUndefined();
    });

    it('stopping and starting may be repeated, and a new start has a new time', async () => {
      const { engine, name, inspected } = await open();
      const { StartedAt: first } = (await inspected()).State;
      await engine.start(name);
      expect((await inspected()).State.StartedAt).toBe(first);
      await engine.stop(name);
      await engine.stop(name);
      expect((await inspected()).State).toMatchObject({ Running: false, Status: 'exited' });
      await engine.start(name);
      await engine.start(name);
      const { State } = await inspected();
      expect(State.Running).toBe(true);
      expect(State.StartedAt).not.toBe(first);
    });

    it.each(['running', 'stopped'])('a restart of a %s one has it running with a new time of start', async (state) => {
      const { engine, name, inspected } = await open();
      const { Id, State } = await inspected();
      if (state === 'stopped') await engine.stop(name);
      await engine.restart(name);
      const after = await inspected();
      expect([after.Id, after.State.Running]).toEqual([Id, true]);
      expect(after.State.StartedAt).not.toBe(State.StartedAt);
    });

    it('what is not there cannot be changed, and is as good as stopped and removed', async () => {
      const { engine } = await open();
      for (const change of [
        () => engine.start('nobody'),
        () => engine.restart('nobody'),
        () => engine.rename('nobody', 'anybody'),
        () => engine.update('nobody', { Memory: 64 * 1024 ** 2 }),
      ])
        await expect(change()).rejects.toThrow(ContainerMissing);
      await engine.stop('nobody');
      await engine.remove('nobody');
    });

    it('a name belongs to one container, which keeps its id under another name', async () => {
      const { engine, name, inspected } = await open();
      const other = await opened.newContainer();
      const { Id } = await inspected();
      await expect(engine.rename(name, other)).rejects.toThrow(ContainerRefused);
      expect((await inspected()).Id).toBe(Id);
      await engine.rename(name, `${name}-later`);
      expect(await engine.inspect(name)).toBeUndefined();
      expect((await inspected(`${name}-later`)).Id).toBe(Id);
    });

    it('limits are changed while it runs, and those that are not named stay, as does the restart policy', async () => {
      const { engine, name, inspected } = await open();
      const memory = { Memory: 64 * 1024 ** 2, MemorySwap: 128 * 1024 ** 2 };
      await engine.update(name, memory);
      await engine.update(name, { NanoCpus: 5e8 });
      expect(await inspected()).toMatchObject({
        State: { Running: true },
        HostConfig: { ...memory, NanoCpus: 5e8, RestartPolicy: { Name: 'unless-stopped' } },
      });
    });

    it('the restart policy of a stopped one is changed, and its limits stay', async () => {
      const { engine, name, inspected } = await open();
      await engine.update(name, { Memory: 64 * 1024 ** 2, MemorySwap: 128 * 1024 ** 2 });
      await engine.stop(name);
      await engine.update(name, { RestartPolicy: { Name: 'no' } });
      expect((await inspected()).HostConfig).toMatchObject({
        Memory: 64 * 1024 ** 2,
        RestartPolicy: { Name: 'no' },
      });
    });

    it('less memory than an engine takes is refused, and nothing is changed', async () => {
      const { engine, name, inspected } = await open();
      await expect(engine.update(name, { Memory: 1024 })).rejects.toThrow(/minimum memory limit allowed is 6MB/i);
      expect((await inspected()).HostConfig.Memory).toBe(0);
    });

    it('one that runs is not removed, one that is stopped is', async () => {
      const { engine, name } = await open();
      await expect(engine.remove(name)).rejects.toThrow(ContainerRefused);
      expect((await engine.inspect(name))?.State.Running).toBe(true);
      await engine.stop(name);
      await engine.remove(name);
      expect(await engine.inspect(name)).toBeUndefined();
    });

    it('another is made like it, does not run, has the same image, and of a variable that is taken away just the name', async () => {
      const { engine, name, inspected } = await open();
      const before = await inspected();
      const [removed = ''] = (before.Config.Env[0] ?? '').split('=');
      const spec = replacementSpec(before, {
        environment: { [removed]: null, ADDED: 'with = and "quotes"' },
        limits: {},
        restartPolicy: { Name: 'unless-stopped' },
      });
      const id = await engine.create(`${name}.next`, spec);
      const made = await inspected(`${name}.next`);
      expect([made.Id, made.State.Running, made.Image]).toEqual([id, false, before.Image]);
      const expected = [removed, ...before.Config.Env.slice(1), 'ADDED=with = and "quotes"'];
      expect(made.Config.Env.toSorted()).toEqual(expected.toSorted());
      await expect(engine.create(name, spec)).rejects.toThrow(ContainerRefused);
      expect((await inspected()).Id).toBe(before.Id);
    });
  });
}
