import { describe, expect, it } from 'vitest';
import type { Backend } from '../../../backend/backend.ts';
import { Halted } from '../../../backend/embedded/task-gate.ts';
import { loadServiceConfig } from '../../../functions/config/contract.ts';
import type { AnyTask } from '../../../functions/core/task.ts';
import { endRestart } from '../../../functions/services/end-restart.ts';
import { newOperation } from '../../../functions/services/operation.ts';
import { createOperation, loadOperation } from '../../../functions/services/operation-store.ts';
import { takeService } from '../../../functions/services/restart-lock.ts';
import { loadServiceHealth } from '../../../functions/services/service-health-store.ts';
import { applyRestart } from '../../../functions/services/tasks/apply-restart.ts';
import { checkRestart } from '../../../functions/services/tasks/check-restart.ts';
import { finishRestart } from '../../../functions/services/tasks/finish-restart.ts';
import { prepareRestart } from '../../../functions/services/tasks/prepare-restart.ts';
import { reconcileRestarts } from '../../../functions/services/tasks/reconcile-restarts.ts';
import { rollBackRestart } from '../../../functions/services/tasks/roll-back-restart.ts';
import { ContainerHostUnreachable } from '../../../platform/containers/container-engine.ts';
import { runTasks } from '../../statemachines/run-machine.ts';
import { Death, dyingBackend } from '../pipelines/dying-backend.ts';
import { failed, openWatchedPlatform, type WatchedPlatform } from './watched-platform.ts';

const service = 'litellm-proxy';
const container = 'omni-litellm';
const id = 'op_01jhnkp8r2c5d3v7w9x0y1z2a3';

/** By state, what the state machine calls. */
const tasks: Record<string, AnyTask> = {
  'Prepare restart': prepareRestart,
  'Apply restart': applyRestart,
  'Check health': checkRestart,
  'Roll back restart': rollBackRestart,
  'Finish restart': finishRestart,
};

/**
 * The whole execution, however often somebody dies: a function that did is called again by the state machine; when it was
 * the process, the next one runs the execution from its beginning.
 */
async function execute(platform: WatchedPlatform, backendNow: () => Backend, isProcess: boolean): Promise<void> {
  let stopped: unknown;
  const run = () =>
    runTasks('service-restart.asl.json', { operation_id: id }, async (state, input) => {
      try {
        const home = { ...platform.home, backend: backendNow() };
        return (await (tasks[state] as AnyTask).run(input, home)) as object;
      } catch (error) {
        if (isDeath(error) && !isProcess) throw error;
        stopped = error;
        throw new Halted();
      }
    });
  for (;;) {
    stopped = undefined;
    try {
      await run();
      return;
    } catch (error) {
      if (!isDeath(stopped)) throw stopped ?? error;
    }
  }
}

function isDeath(error: unknown): boolean {
  return error instanceof Death || error instanceof Killed;
}

class Killed extends Error {}

async function open(isBroken: boolean): Promise<WatchedPlatform> {
  const platform = await openWatchedPlatform();
  const { home } = platform;
  const path = `/api/v1/config/services/${service}`;
  await platform.api.send('PATCH', path, {
    body: { environment: { MODEL: 'new' }, resources: { memory_limit: '512m' } },
  });
  const nowMs = home.clock.now();
  await takeService(home.backend, { service, operationId: id, nowMs });
  await createOperation(home.backend, newOperation({ id, service, container, timeoutSeconds: 5 }, nowMs));
  platform.see(service, () => {
    home.clock.advance(1_000);
    const env = platform.engine.containers.get(container)?.Config.Env ?? [];
    return isBroken && env.includes('MODEL=new') ? failed : {};
  });
  return platform;
}

/** What must hold at the end, however often somebody died on the way. */
async function expectEnded(platform: WatchedPlatform, outcome: string) {
  const { backend, published } = platform.home;
  const operation = await loadOperation(backend, id);
  expect([operation.outcome, operation.unfinished]).toEqual([outcome, undefined]);
  const names = [...platform.engine.containers].filter(([name]) => name.startsWith(container));
  expect(names.map(([name, { State }]) => `${name} ${State.Status}`)).toEqual([`${container} running`]);
  const isNew = names[0]?.[1].Config.Env.includes('MODEL=new');
  expect(isNew).toBe(outcome === 'restarted');
  const config = await loadServiceConfig(backend, service);
  expect(config.revisions[0]?.status).toBe(outcome === 'restarted' ? 'applied' : 'failed');
  expect((await loadServiceHealth(backend, service))?.maintenance ?? null).toBeNull();
  const events = published.filter(({ type }) => type === 'service.restarted');
  expect(new Set(events.map((event) => event.id)).size).toBe(1);
  expect(events[0]?.data['outcome']).toBe(outcome);
  await takeService(backend, { service, operationId: 'op_next', nowMs: platform.home.clock.now() });
}

/** The change waits for the next restart, and names none that is over. */
async function expectLeftPending({ home }: WatchedPlatform) {
  expect(await loadOperation(home.backend, id)).toMatchObject({ status: 'failed', outcome: 'failed' });
  const { revisions } = await loadServiceConfig(home.backend, service);
  expect(revisions.map(({ status, operationId }) => [status, operationId])).toEqual([['pending', undefined]]);
}

describe.each([
  ['a change that works', false, 'restarted'],
  ['a change that breaks the service', true, 'rolled_back'],
] as const)('at any moment of %s', (_, isBroken, outcome) => {
  describe.each([
    ['a function', false],
    ['the process', true],
  ])('%s killed', (__, isProcess) => {
    it.each([
      ['before a write', false],
      ['after it, its answer lost', true],
    ])('%s, the restart ends as if nothing had happened', async (___, isAnswerLost) => {
      for (let writes = 0; ; writes += 1) {
        const platform = await open(isBroken);
        const { backend } = platform.home;
        const mortal = dyingBackend(backend, writes, isAnswerLost);
        await execute(platform, () => (mortal.isDead() ? backend : mortal), isProcess);
        await expectEnded(platform, outcome);
        await platform.close();
        if (!mortal.isDead()) return;
      }
    });

    it.each(['before', 'after'] as const)(
      '%s any call of the engine, the restart ends as if nothing had happened',
      async (at) => {
        for (let moment = 1; ; moment += 1) {
          const platform = await open(isBroken);
          let moments = 0;
          platform.engine.interrupt = (_call, when) => {
            if (when !== at) return;
            moments += 1;
            if (moments === moment) throw new Killed();
            const running = [...platform.engine.containers].filter(
              ([name, { State }]) => name.startsWith(container) && State.Running,
            );
            expect(running.length).toBeLessThanOrEqual(1);
          };
          await execute(platform, () => platform.home.backend, isProcess);
          await expectEnded(platform, outcome);
          await platform.close();
          if (moments < moment) return;
        }
      },
    );
  });
});

it('killed while its service comes up and run again long after its time was over, a restart is finished all the same', async () => {
  const platform = await open(false);
  await prepareRestart.run({ operation_id: id }, platform.home);
  await applyRestart.run({ operation_id: id }, platform.home);
  platform.home.clock.advance(3_600_000);
  await execute(platform, () => platform.home.backend, true);
  await expectEnded(platform, 'restarted');
  await platform.close();
});

it('a restart that another one overtook while its process was halted does nothing to the container', async () => {
  const platform = await open(false);
  const { home } = platform;
  await home.backend.table('locks').put({ pk: `restart#${service}`, sk: 'lock', owner: 'op_other', claim_until: 0 });
  expect((await prepareRestart.run({ operation_id: id }, home)).next).toBe('finish');
  await endRestart(home, id);
  expect(await loadOperation(home.backend, id)).toMatchObject({ outcome: 'failed', fault: { code: 'CONFLICT' } });
  expect(platform.engine.calls).toEqual([]);
  expect((await home.backend.table('locks').get({ pk: `restart#${service}`, sk: 'lock' }))?.['owner']).toBe('op_other');
  await platform.close();
});

describe('an execution that broke off', () => {
  it('because its container host was lost says so, and its change stays pending', async () => {
    const platform = await open(false);
    await prepareRestart.run({ operation_id: id }, platform.home);
    const broken_off = { Error: 'ContainerHostUnreachable', Cause: 'no answer' };
    await finishRestart.run({ execution: { operation_id: id, broken_off } }, platform.home);
    const { fault, outcome } = await loadOperation(platform.home.backend, id);
    expect([outcome, fault?.code, fault?.message]).toEqual([
      'failed',
      'SERVICE_UNAVAILABLE',
      'The restart was broken off: its container host cannot be reached.',
    ]);
    await expectLeftPending(platform);
    await platform.close();
  });

  it.each([false, true])(
    'leaves its change pending, whenever its end is cut short (an answer lost: %s)',
    async (isAnswerLost) => {
      for (let writes = 0; ; writes += 1) {
        const platform = await open(false);
        const { home } = platform;
        await prepareRestart.run({ operation_id: id }, home);
        const mortal = dyingBackend(home.backend, writes, isAnswerLost);
        const end = (backend: Backend) => endRestart({ ...home, backend }, id);
        await end(mortal).catch((error) => expect(isDeath(error)).toBe(true));
        if (mortal.isDead()) await end(home.backend);
        await expectLeftPending(platform);
        await platform.close();
        if (!mortal.isDead()) return;
      }
    },
  );

  it('is not asked about again in a round in which its host could not be reached', async () => {
    const platform = await open(false);
    const { home } = platform;
    const other = 'op_01jhnkp8r2c5d3v7w9x0y1z2a4';
    const createdMs = home.clock.now();
    await createOperation(
      home.backend,
      newOperation({ id: other, service: 'redis', container: 'omni-redis', timeoutSeconds: 5 }, createdMs),
    );
    await takeService(home.backend, { service: 'redis', operationId: other, nowMs: createdMs });
    for (const each of [id, other]) {
      await prepareRestart.run({ operation_id: each }, home);
      await applyRestart.run({ operation_id: each }, home);
    }
    let asked = 0;
    platform.breakEngine(() => {
      asked += 1;
      return new ContainerHostUnreachable('gone', 'memory');
    });
    home.clock.advance(61_000);
    expect(await reconcileRestarts.run({}, home)).toEqual({ ended: 0 });
    expect(asked).toBe(1);
    platform.breakEngine(undefined);
    expect(await reconcileRestarts.run({}, home)).toEqual({ ended: 2 });
    await platform.close();
  });

  it.each([1, 3, 5, 7, 9])(
    'in the middle of a change, after %s calls, is rolled back and ended by the reconciliation',
    async (calls) => {
      const platform = await open(false);
      let made = 0;
      platform.engine.interrupt = () => {
        made += 1;
        if (made > calls) throw new Killed();
      };
      await prepareRestart.run({ operation_id: id }, platform.home);
      await applyRestart.run({ operation_id: id }, platform.home).catch(() => undefined);
      platform.engine.interrupt = () => undefined;
      platform.home.clock.advance(61_000);
      expect(await reconcileRestarts.run({}, platform.home)).toEqual({ ended: 1 });
      const operation = await loadOperation(platform.home.backend, id);
      expect(operation).toMatchObject({ status: 'failed', outcome: 'failed', fault: { code: 'INTERNAL' } });
      expect([...platform.engine.containers.keys()].filter((name) => name.startsWith(container))).toEqual([container]);
      expect(platform.engine.containers.get(container)).toMatchObject({
        State: { Running: true },
        Config: { Env: [] },
        HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      });
      await expectLeftPending(platform);
      await platform.close();
    },
  );

  it('before it began is ended, not begun, and lets the next one in', async () => {
    const platform = await open(false);
    expect(await reconcileRestarts.run({}, platform.home)).toEqual({ ended: 0 });
    platform.home.clock.advance(61_000);
    expect(await reconcileRestarts.run({}, platform.home)).toEqual({ ended: 1 });
    expect(platform.engine.calls).toEqual([]);
    const { body } = await platform.api.send('POST', `/api/v1/services/${service}/restart`);
    expect(body).toMatchObject({ outcome: 'restarted', config_revision: 1 });
    await platform.close();
  });

  it('before it was stored holds the service for a minute, and then lets the next one in', async () => {
    const platform = await openWatchedPlatform();
    const { backend, clock } = platform.home;
    await takeService(backend, { service, operationId: id, nowMs: clock.now() });
    const next = () => platform.api.send('POST', `/api/v1/services/${service}/restart`);
    clock.advance(59_000);
    expect(await next()).toMatchObject({ status: 409, body: { error: { details: { operation_id: id } } } });
    clock.advance(1_000);
    expect(await next()).toMatchObject({ status: 200, body: { outcome: 'restarted' } });
    await platform.close();
  });
});
