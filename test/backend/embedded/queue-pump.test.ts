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

function opened(onFault: (error: unknown) => void = rethrow, bounds: { batchSize?: number; groupMax?: number } = {}) {
  const limits = { visibilitySeconds: 60, receivesMax: 3, batchSize: 4, callsMax: 5, ...bounds };
  return openQueue(store, 'q', { ...limits, clock, onFault });
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

it('a group has no more messages out than it may, and the others go on', async () => {
  const queue = opened(rethrow, { batchSize: 1, groupMax: 2 });
  await queue.send([...'aaaaa'].map((group, index) => ({ body: `a${index}`, group })));
  await queue.send([...'bbb'].map((group, index) => ({ body: `b${index}`, group })));
  const received: string[] = [];
  const releases: (() => void)[] = [];
  const stop = queue.consume(async ([message]) => {
    const body = String(message?.body);
    received.push(body);
    if (body.startsWith('a')) await new Promise<void>((resolve) => releases.push(resolve));
    return { retry: [] };
  });
  await vi.waitFor(() => expect(received.filter((body) => body.startsWith('b'))).toEqual(['b0', 'b1', 'b2']));
  expect(received.filter((body) => body.startsWith('a'))).toEqual(['a0', 'a1']);
  releases.shift()?.();
  await vi.waitFor(() => expect(received).toContain('a2'));
  expect(received).not.toContain('a3');
  await vi.waitFor(() => {
    for (const release of releases.splice(0)) release();
    expect(received).toHaveLength(8);
  });
  for (const release of releases) release();
  await stop();
});

it('a delayed message is not waited for in vain while a group is full', async () => {
  const queue = opened(rethrow, { batchSize: 1, groupMax: 1 });
  const held = Promise.withResolvers<void>();
  const received: unknown[] = [];
  const stop = queue.consume(async ([message]) => {
    received.push(message?.body);
    if (message?.body === 'held') await held.promise;
    return { retry: [] };
  });
  await queue.send(['held', 'waits'].map((body) => ({ body, group: 'full' })));
  await queue.send([{ body: 'later', group: 'other', delaySeconds: 10 }]);
  await vi.waitFor(() => expect(received).toEqual(['held']));
  clock.advance(10_000);
  await vi.waitFor(() => {
    clock.advance(1);
    expect(received).toEqual(['held', 'later']);
  });
  held.resolve();
  await vi.waitFor(() => expect(received).toEqual(['held', 'later', 'waits']));
  await stop();
});
