import { expect, it, vi } from 'vitest';
import type { BusEvent } from '../../../backend/backend.ts';
import { openBus } from '../../../backend/embedded/bus.ts';
import { openStore } from '../../../backend/embedded/store.ts';
import { settableClock } from '../../suites/settable-clock.ts';
import { rethrow } from './rethrow.ts';
import { temporaryFolder } from './temporary-folder.ts';

const event: BusEvent = {
  id: 'evt_1',
  type: 'pipeline.started',
  timestamp: '2026-01-15T10:30:00.000Z',
  sequence: 1,
  data: {},
};
const rules = [{ pattern: {}, queue: 'all' }];

it('an event that no target took before the process ended is handed over by the next', async () => {
  const folder = temporaryFolder();
  const clock = settableClock();
  const first = openStore(folder.path);
  await openBus(first, { rules, send: async () => {}, clock, onFault: rethrow }).publish([event]);
  first.close();
  const second = openStore(folder.path);
  const sent: unknown[] = [];
  const send = async (_: string, messages: { body: unknown }[]) => void sent.push(...messages.map(({ body }) => body));
  const bus = openBus(second, { rules, send, clock, onFault: rethrow });
  bus.start();
  await vi.waitFor(() => expect(sent).toEqual([event]));
  await bus.stop();
  expect(second.database.prepare('SELECT * FROM outbox').all()).toEqual([]);
  second.close();
  folder.remove();
});

it('a target that refuses is told of, and tried again after a second; the event is kept until then', async () => {
  const folder = temporaryFolder();
  const clock = settableClock();
  const store = openStore(folder.path);
  const faults: unknown[] = [];
  let isRefusing = true;
  const sent: unknown[] = [];
  const send = async (_: string, messages: { body: unknown }[]) => {
    if (isRefusing) throw new Error('the target is down');
    sent.push(...messages);
  };
  const bus = openBus(store, { rules, send, clock, onFault: (error) => faults.push(error) });
  bus.start();
  await bus.publish([event]);
  await vi.waitFor(() => expect(faults).toEqual([new Error('the target is down')]));
  isRefusing = false;
  clock.advance(999);
  expect(sent).toEqual([]);
  await vi.waitFor(() => {
    clock.advance(1);
    expect(sent).toHaveLength(1);
  });
  await bus.stop();
  store.close();
  folder.remove();
});
