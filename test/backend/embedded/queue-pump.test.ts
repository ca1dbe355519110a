import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { QueueMessage } from '../../../backend/backend.ts';
import { openQueue } from '../../../backend/embedded/queue.ts';
import { openStore, type Store } from '../../../backend/embedded/store.ts';
import { type SettableClock, settableClock } from '../../suites/settable-clock.ts';
import { rethrow } from './rethrow.ts';
import { temporaryFolder } from './temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let clock: SettableClock;
beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(folder.path);
  clock = settableClock();
});
afterEach(() => {
  store.close();
  folder.remove();
});

function opened(onFault: (error: unknown) => void = rethrow) {
  return openQueue(store, 'q', { visibilitySeconds: 60, receivesMax: 3, batchSize: 4, clock, onFault });
}

it('a batch takes from each group in turn, and the next goes on where it ended', async () => {
  const queue = opened();
  const sent = [...'aaaaaaaa', ...'bbb', 'c'].map((group, index) => ({ body: `${group}${index}`, group }));
  await queue.send(sent);
  const received: unknown[] = [];
  const stop = queue.consume(async (messages) => {
    received.push(...messages.map(({ body }) => body));
    return { retry: [] };
  });
  await vi.waitFor(() => expect(received).toHaveLength(12));
  expect(received).toEqual(['a0', 'b8', 'c11', 'a1', 'b9', 'a2', 'b10', 'a3', 'a4', 'a5', 'a6', 'a7']);
  await stop();
});

it('what a process held when it ended comes again at once in the next, counted', async () => {
  const faultsAfterItsEnd: unknown[] = [];
  const held = opened((error) => faultsAfterItsEnd.push(error));
  await held.send([{ body: 'held' }, { body: 'delayed', delaySeconds: 30 }]);
  const taken = Promise.withResolvers<void>();
  held.consume(async () => {
    taken.resolve();
    return new Promise(() => {});
  });
  await taken.promise;
  store.close();
  store = openStore(folder.path);
  const received: QueueMessage[] = [];
  const stop = opened().consume(async (messages) => {
    received.push(...messages);
    return { retry: [] };
  });
  await vi.waitFor(() => expect(received).toMatchObject([{ body: 'held', receives: 2 }]));
  clock.advance(30_000);
  await vi.waitFor(() => expect(received[1]).toMatchObject({ body: 'delayed', receives: 1 }));
  await stop();
});

it('stopping waits for the calls under way, whose messages are then gone, and takes no more', async () => {
  const queue = opened();
  const [entered, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const received: unknown[] = [];
  await queue.send([{ body: 1 }]);
  const stop = queue.consume(async (messages) => {
    received.push(...messages.map(({ body }) => body));
    entered.resolve();
    await mayEnd.promise;
    return { retry: [] };
  });
  await entered.promise;
  const stopping = stop();
  await queue.send([{ body: 2 }]);
  mayEnd.resolve();
  await stopping;
  expect(received).toEqual([1]);
  expect(store.database.prepare('SELECT body FROM messages').all()).toEqual([{ body: '2' }]);
});

it('a dead letter tells what it was, how often it was received and when it was given up', async () => {
  const queue = opened();
  await queue.send([{ body: { poison: true } }]);
  const stop = queue.consume(async (messages) => ({ retry: messages.map(({ id }) => ({ id, delaySeconds: 0 })) }));
  await vi.waitFor(async () => {
    const letters = await queue.deadLetters();
    expect(letters).toEqual([{ id: expect.any(String), body: { poison: true }, receives: 3, diedMs: clock.now() }]);
  });
  await stop();
});

it.each([-1, 901, Number.NaN])('a delay of %d seconds is refused', async (delaySeconds) => {
  await expect(opened().send([{ body: 1, delaySeconds }])).rejects.toThrow(RangeError);
});
