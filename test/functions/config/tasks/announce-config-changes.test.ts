import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Backend } from '../../../../backend/backend.ts';
import { restrict } from '../../../../backend/restricted.ts';
import { announceConfigChangesTask } from '../../../../functions/config/contract.ts';
import { newConfig, withChange } from '../../../../functions/config/service-config.ts';
import { changeServiceConfig, loadServiceConfigs } from '../../../../functions/config/service-config-store.ts';
import { announceConfigChanges } from '../../../../functions/config/tasks/announce-config-changes.ts';
import { openHome, type TestHome } from '../../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const change = { environment: { MODEL: 'x' }, resources: {} };
const store = (service: string) =>
  changeServiceConfig(home.backend, service, (config) => withChange(config, change, home.clock.now()));
const announce = (backend: Backend = home.backend) =>
  announceConfigChanges.run({}, { ...home, backend: restrict(backend, announceConfigChangesTask.access) });
const services = () => home.published.map(({ service }) => service).sort();

it('what was stored and not announced is announced, once, with the time and identity of the change', async () => {
  const changedMs = home.clock.now();
  await store('postgres');
  home.clock.advance(3_600_000);
  expect(await announce()).toEqual({ announced: 1 });
  expect(home.published).toMatchObject([
    { type: 'service.config.changed', service: 'postgres', timestamp: new Date(changedMs).toISOString() },
  ]);
  expect(await announce()).toEqual({ announced: 0 });
  expect(home.published).toHaveLength(1);
});

it('all configurations are looked at, however many there are', async () => {
  const names = Array.from({ length: 230 }, (_, index) => `service-${String(index).padStart(3, '0')}`);
  await Promise.all(names.map(store));
  expect(await announce()).toEqual({ announced: 230 });
  expect(services()).toEqual(names);
  expect([...(await loadServiceConfigs(home.backend)).keys()].sort()).toEqual(names);
});

it('one that cannot be announced is logged and tried again, and keeps no other from it', async () => {
  await Promise.all(['a', 'b', 'c'].map(store));
  const broken: Backend = {
    ...home.backend,
    bus: {
      publish: (events) =>
        events.some(({ service }) => service === 'b')
          ? Promise.reject(new Error('the bus refused'))
          : home.backend.bus.publish(events),
    },
  };
  expect(await announce(broken)).toEqual({ announced: 2 });
  expect(services()).toEqual(['a', 'c']);
  expect(home.logLines.filter((line) => line.includes('the bus refused') && line.includes('"b"'))).toHaveLength(1);
  expect(await announce()).toEqual({ announced: 1 });
  expect(services()).toEqual(['a', 'b', 'c']);
});

it('a configuration that only a restart has asked for has nothing to announce', async () => {
  await changeServiceConfig(home.backend, 'x', () => ({
    ...newConfig('x'),
    attempt: { operationId: 'o', revision: null },
  }));
  expect(await announce()).toEqual({ announced: 0 });
});
