import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Consumer, Queue, QueueMessage } from '../../backend/backend.ts';

/** What an adapter brings so that the queue suite can prove it. Each test opens a queue without messages. */
export interface QueueHarness {
  name: string;
  open(): Promise<OpenQueue>;
}

export interface OpenQueue {
  queue: Queue;
  /** Seconds that a receiver has; 2 or so where the time is real. */
  visibilitySeconds: number;
  receivesMax: number;
  /** Most messages of one call. */
  batchSize: number;
  /** Receives in a loop, as the event source does, until the returned function is called. Batches may overlap. */
  consume(consumer: Consumer): () => Promise<void>;
  /** Bodies of what was dead-lettered. */
  deadLetters(): Promise<unknown[]>;
  /** The time that delays go by, in epoch milliseconds. */
  now(): number;
  /** Moves a time that can be set. A real one passes by itself, while the test waits for what it expects. */
  elapse(seconds: number): void;
  close(): Promise<void>;
}

const patience = { timeout: 30_000, interval: 10 };
/** Clocks of a service and of the test may differ by this much, in milliseconds. */
const clockSlackMs = 500;

/** Declares the tests of what the Queue port promises: at least once, late where asked, again when failed, never forever. */
export function describeQueue(harness: QueueHarness): void {
  describe(`queue of ${harness.name}`, () => {
    let opened: OpenQueue;
    let stop: (() => Promise<void>) | undefined;
    beforeEach(async () => {
      opened = await harness.open();
    });
    afterEach(async () => {
      await stop?.();
      stop = undefined;
      await opened.close();
    });

    /** Consumes with the given answers and keeps every message received, with its time. */
    function collect(answer: Consumer = async () => ({ retry: [] })) {
      const received: (QueueMessage & { atMs: number })[] = [];
      stop = opened.consume(async (messages) => {
        received.push(...messages.map((message) => ({ ...message, atMs: opened.now() })));
        return answer(messages);
      });
      return received;
    }
    /** For what is due some time after an answer was stored, which happens at a moment that cannot be seen from here. */
    const timePassesUntil = (holds: () => void) =>
      vi.waitFor(() => {
        opened.elapse(0.1);
        holds();
      }, patience);
    const bodies = (messages: QueueMessage[]) => messages.map((message) => message.body);

    it('every message sent is received, with its body and an id, as its first receive', async () => {
      const sent = Array.from({ length: 25 }, (_, n) => ({
        n,
        text: 'Grüße 👋 "\\',
        nested: { list: [null, true, ''] },
      }));
      await opened.queue.send(sent.map((body) => ({ body })));
      const received = collect();
      await vi.waitFor(() => expect(received).toHaveLength(25), patience);
      expect(bodies(received)).toEqual(expect.arrayContaining(sent));
      expect(new Set(received.map((message) => message.id)).size).toBe(25);
      expect(received.every((message) => message.receives === 1)).toBe(true);
    });

    it('a message sent while the consumer waits is received', async () => {
      const received = collect();
      await opened.queue.send([{ body: 'first' }]);
      await vi.waitFor(() => expect(bodies(received)).toEqual(['first']), patience);
      await opened.queue.send([{ body: 'second' }]);
      await vi.waitFor(() => expect(bodies(received)).toEqual(['first', 'second']), patience);
    });

    it('a batch is never larger than the queue allows', async () => {
      const sizes: number[] = [];
      await opened.queue.send(Array.from({ length: opened.batchSize * 2 + 1 }, (_, body) => ({ body })));
      const received = collect(async (messages) => {
        sizes.push(messages.length);
        return { retry: [] };
      });
      await vi.waitFor(() => expect(received).toHaveLength(opened.batchSize * 2 + 1), patience);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(opened.batchSize);
    });

    it('sending nothing is nothing', async () => {
      await opened.queue.send([]);
      await opened.queue.send([{ body: 'only' }]);
      const received = collect();
      await vi.waitFor(() => expect(bodies(received)).toEqual(['only']), patience);
    });

    it('a delayed message is not received before its delay is over, and does not hold up others', async () => {
      const received = collect();
      const sentMs = opened.now();
      await opened.queue.send([{ body: 'late', delaySeconds: 3 }, { body: 'now' }]);
      await vi.waitFor(() => expect(bodies(received)).toEqual(['now']), patience);
      opened.elapse(3);
      await vi.waitFor(() => expect(bodies(received)).toEqual(['now', 'late']), patience);
      expect((received[1]?.atMs ?? 0) - sentMs).toBeGreaterThanOrEqual(3000 - clockSlackMs);
    });

    it('of a batch, only what the consumer names comes again, counted as its second receive', async () => {
      const received = collect(async (messages) => ({
        retry: messages
          .filter((message) => message.body === 'bad' && message.receives === 1)
          .map(({ id }) => ({ id, delaySeconds: 1 })),
      }));
      await opened.queue.send([{ body: 'good' }, { body: 'bad' }, { body: 'fine' }]);
      await vi.waitFor(() => expect(received).toHaveLength(3), patience);
      await timePassesUntil(() => expect(received).toHaveLength(4));
      await opened.queue.send([{ body: 'last' }]);
      await vi.waitFor(() => expect(bodies(received)).toContain('last'), patience);
      const [first, again] = received.filter((message) => message.body === 'bad');
      expect([first?.receives, again?.receives]).toEqual([1, 2]);
      expect(again?.id).toBe(first?.id);
      expect(received).toHaveLength(5);
    });

    it('a retry with a delay comes no earlier than that', async () => {
      const received = collect(async ([message]) => ({
        retry: message?.receives === 1 ? [{ id: message.id, delaySeconds: 3 }] : [],
      }));
      await opened.queue.send([{ body: 'again' }]);
      await vi.waitFor(() => expect(received).toHaveLength(1), patience);
      await timePassesUntil(() => expect(received).toHaveLength(2));
      expect((received[1]?.atMs ?? 0) - (received[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(3000 - clockSlackMs);
    });

    it('a retry without a delay comes again once the visibility is over', async () => {
      const received = collect(async ([message]) => ({
        retry: message?.receives === 1 ? [{ id: message.id }] : [],
      }));
      await opened.queue.send([{ body: 'again' }]);
      await vi.waitFor(() => expect(received).toHaveLength(1), patience);
      opened.elapse(opened.visibilitySeconds);
      await vi.waitFor(() => expect(received.map((message) => message.receives)).toEqual([1, 2]), patience);
    });

    it('when the consumer throws, the whole batch comes again', async () => {
      const received = collect(async (messages) => {
        if (messages.some((message) => message.receives === 1)) throw new Error('the consumer broke');
        return { retry: [] };
      });
      await opened.queue.send([{ body: 'a' }, { body: 'b' }]);
      await vi.waitFor(() => expect(received).toHaveLength(2), patience);
      opened.elapse(opened.visibilitySeconds);
      await vi.waitFor(
        () => expect(bodies(received.filter((message) => message.receives === 2)).sort()).toEqual(['a', 'b']),
        patience,
      );
    });

    it('what a consumer never answers for comes again once the visibility is over', async () => {
      let release = () => {};
      const hanging = new Promise<void>((resolve) => {
        release = resolve;
      });
      const received = collect(async ([message]) => {
        if (message?.receives === 1) await hanging;
        return { retry: [] };
      });
      await opened.queue.send([{ body: 'lost' }]);
      await vi.waitFor(() => expect(received).toHaveLength(1), patience);
      opened.elapse(opened.visibilitySeconds);
      await vi.waitFor(() => expect(received.map((message) => message.receives)).toEqual([1, 2]), patience);
      release();
    });

    it('a message that always fails is received as often as the queue allows, then dead-lettered, and no more', async () => {
      const received = collect(async (messages) => ({ retry: messages.map(({ id }) => ({ id, delaySeconds: 0 })) }));
      await opened.queue.send([{ body: { poison: true } }]);
      await vi.waitFor(async () => expect(await opened.deadLetters()).toEqual([{ poison: true }]), patience);
      expect(received.map((message) => message.receives)).toEqual(
        Array.from({ length: opened.receivesMax }, (_, n) => n + 1),
      );
    });

    it('a message that the consumer gives up is a dead letter at once, as the body that it is given, and comes no more', async () => {
      const received = collect(async (messages) => ({
        retry: [],
        dead: messages.filter(({ body }) => body === 'hopeless').map(({ id }) => ({ id, body: { was: 'hopeless' } })),
      }));
      await opened.queue.send([{ body: 'fine' }, { body: 'hopeless' }]);
      await vi.waitFor(async () => expect(await opened.deadLetters()).toEqual([{ was: 'hopeless' }]), patience);
      opened.elapse(opened.visibilitySeconds);
      await opened.queue.send([{ body: 'after' }]);
      await vi.waitFor(() => expect(bodies(received)).toContain('after'), patience);
      expect(bodies(received).sort()).toEqual(['after', 'fine', 'hopeless']);
    });

    it('a message that succeeds at its last receive is not dead-lettered', async () => {
      const received = collect(async (messages) => ({
        retry: messages
          .filter((message) => message.receives < opened.receivesMax)
          .map(({ id }) => ({ id, delaySeconds: 0 })),
      }));
      await opened.queue.send([{ body: 'slow starter' }]);
      await vi.waitFor(() => expect(received).toHaveLength(opened.receivesMax), patience);
      await opened.queue.send([{ body: 'after' }]);
      await vi.waitFor(() => expect(bodies(received)).toContain('after'), patience);
      opened.elapse(opened.visibilitySeconds);
      expect(await opened.deadLetters()).toEqual([]);
    });

    it('a group whose messages keep failing does not keep the messages of another from arriving', async () => {
      const received = collect(async (messages) => ({
        retry: messages.filter((message) => message.body === 'noisy').map(({ id }) => ({ id, delaySeconds: 0 })),
      }));
      await opened.queue.send(Array.from({ length: 30 }, () => ({ body: 'noisy', group: 'noisy' })));
      await opened.queue.send([{ body: 'quiet', group: 'quiet' }]);
      await vi.waitFor(() => expect(bodies(received)).toContain('quiet'), patience);
    });
  });
}
