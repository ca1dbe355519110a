import { setImmediate as answered } from 'node:timers/promises';
import { taskContracts } from '../../../functions/contracts.ts';
import type { AnyTask } from '../../../functions/core/task.ts';
import { loadTask } from '../../../functions/load-handlers.ts';
import { pollServices } from '../../../functions/services/tasks/poll-services.ts';
import type { Catalogue } from '../../../platform/catalogue.ts';
import type { ContainerEngine } from '../../../platform/containers/container-engine.ts';
import type { Probe } from '../../../platform/probing/probe.ts';
import { type MemoryEngine, memoryEngine } from '../../platform/containers/memory-engine.ts';
import { openApi, type TestApi } from '../open-api.ts';
import { bundledCatalogue, type TestHome, type TestHomeOptions } from '../open-home.ts';

/** What a probe sees, where it is not a quick success. */
export type Sight = Partial<Omit<Probe, 'atMs'>>;

/** A platform that the test decides: what probes see, and containers in memory, behind the real functions. */
export interface WatchedPlatform {
  api: TestApi;
  home: TestHome;
  engine: MemoryEngine;
  /** What probes of a service see from now on; undefined: all is well. A function is asked at each probe. */
  see(service: string, sight: Sight | (() => Sight | Promise<Sight>) | undefined): void;
  /** One round of probes, an interval after the last one; several, one after the other. */
  poll(rounds?: number): Promise<void>;
  /** Calls from now on fail with what this makes of them, where it makes something. */
  breakEngine(fault: ((call: string) => Error | undefined) | undefined): void;
  close(): Promise<void>;
}

interface Options extends Pick<TestHomeOptions, 'settings'> {
  catalogue?: Catalogue;
}

export async function openWatchedPlatform({ settings = {}, catalogue }: Options = {}): Promise<WatchedPlatform> {
  const sights = new Map<string, Sight | (() => Sight | Promise<Sight>)>();
  const services = (catalogue ?? bundledCatalogue()).services;
  const engine = memoryEngine(Object.fromEntries(services.map(({ container }) => [container, {}])));
  let fault: ((call: string) => Error | undefined) | undefined;
  engine.interrupt = (call, moment) => {
    const error = moment === 'before' ? fault?.(call) : undefined;
    if (error) throw error;
  };
  const faulty = withFaultyReads(engine, () => fault);
  const tasks = await machineTasks();
  const api = await openApi({
    settings: { RATE_LIMITS: 'service_restart=1000,read=10000', ...settings },
    ...(catalogue ? { catalogue } : {}),
    containers: { engineOf: () => faulty },
    prober: {
      async probe({ name }) {
        const atMs = api.home.clock.now();
        const sight = sights.get(name);
        const seen = typeof sight === 'function' ? await sight() : sight;
        await answered();
        return { result: 'good', reason: null, isNetworkProof: true, latencyMs: 5, ...seen, atMs };
      },
      begun: async () => undefined,
    },
    task: (placeholder, input, home) => (tasks.get(placeholder) as AnyTask).run(input, home),
  });
  const { home } = api;
  return {
    api,
    home,
    engine,
    see: (service, sight) => void (sight ? sights.set(service, sight) : sights.delete(service)),
    async poll(rounds = 1) {
      for (let round = 0; round < rounds; round += 1) {
        home.clock.advance(home.settings.probeIntervalSeconds * 1000);
        await pollServices.run({}, home);
      }
    },
    breakEngine(next) {
      fault = next;
    },
    close: () => api.close(),
  };
}

export const failed = { result: 'failed', reason: 'answered 503' } as const;
export const impaired = { result: 'impaired', reason: 'answered 404' } as const;

/** Reads can fail too, which a kill in the middle has no need of. */
function withFaultyReads(engine: MemoryEngine, fault: () => ((call: string) => Error | undefined) | undefined) {
  return {
    ...engine,
    async inspect(name: string) {
      const error = fault()?.(`inspect ${name}`);
      if (error) throw error;
      return engine.inspect(name);
    },
    async usage(name: string) {
      const error = fault()?.(`usage ${name}`);
      if (error) throw error;
      return engine.usage(name);
    },
  } satisfies ContainerEngine;
}

async function machineTasks(): Promise<Map<string, AnyTask>> {
  const called = taskContracts.filter(({ trigger }) => trigger.type === 'state-machine');
  const loaded = await Promise.all(called.map(async (contract) => [contract, await loadTask(contract)] as const));
  return new Map(
    loaded.map(([{ trigger }, task]) => [trigger.type === 'state-machine' ? trigger.placeholder : '', task as AnyTask]),
  );
}
