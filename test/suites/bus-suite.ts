import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Bus, BusEvent } from '../../backend/backend.ts';

/** What an adapter brings so that the bus suite can prove it. */
export interface BusHarness {
  name: string;
  /** A bus with these rules, each with a target of its own. A rule without types matches every event. */
  open(rules: { types?: string[] }[]): Promise<OpenBus>;
}

export interface OpenBus {
  bus: Bus;
  /** The events that the target of each rule has been given so far, repeats included, in the order of the rules. */
  received(): Promise<BusEvent[][]>;
  close(): Promise<void>;
}

const patience = { timeout: 30_000, interval: 10 };

/** Declares the tests of what the Bus port promises: at least once to every rule that matches, and to no other. */
export function describeBus(harness: BusHarness): void {
  describe(`bus of ${harness.name}`, () => {
    let opened: OpenBus;
    afterEach(() => opened.close());

    it('an event reaches the target of each rule that matches, whole, and no other', async () => {
      opened = await harness.open([
        { types: ['pipeline.started'] },
        { types: ['pipeline.completed', 'pipeline.started'] },
        { types: ['service.restarted'] },
        {},
      ]);
      const started = event('pipeline.started', { text: 'Grüße 👋', nested: { list: [1, null, ''] } });
      const restarted = { ...event('service.restarted'), service: 'redis' };
      await opened.bus.publish([started]);
      await opened.bus.publish([restarted]);
      await vi.waitFor(async () => {
        const [first, second, third, all] = (await opened.received()).map(withoutRepeats);
        expect([first, second, third]).toEqual([[started], [started], [restarted]]);
        expect(all).toHaveLength(2);
        expect(all).toEqual(expect.arrayContaining([started, restarted]));
      }, patience);
    });

    it('every event of a batch is delivered, however many there are', async () => {
      opened = await harness.open([{ types: ['pipeline.started'] }, { types: ['never'] }]);
      const events = Array.from({ length: 35 }, () => event('pipeline.started'));
      await opened.bus.publish(events);
      await vi.waitFor(async () => {
        const [matching, other] = await opened.received();
        expect(new Set(matching?.map(({ id }) => id))).toEqual(new Set(events.map(({ id }) => id)));
        expect(other).toEqual([]);
      }, patience);
    });

    it('a type matches as a whole, not by its beginning', async () => {
      opened = await harness.open([{ types: ['pipeline'] }, {}]);
      await opened.bus.publish([event('pipeline.started'), event('pipelines')]);
      await vi.waitFor(
        async () => expect(withoutRepeats((await opened.received())[1] ?? [])).toHaveLength(2),
        patience,
      );
      expect((await opened.received())[0]).toEqual([]);
    });

    it('publishing nothing is nothing', async () => {
      opened = await harness.open([{}]);
      await opened.bus.publish([]);
      const only = event('pipeline.started');
      await opened.bus.publish([only]);
      await vi.waitFor(async () => expect((await opened.received()).map(withoutRepeats)).toEqual([[only]]), patience);
    });
  });
}

function event(type: string, data: Record<string, unknown> = { n: 1 }): BusEvent {
  return { id: `evt_${randomUUID()}`, type, timestamp: '2026-01-15T10:30:00.000Z', sequence: 7, data };
}

/** At least once allows repeats, so the tests count ids. */
function withoutRepeats(events: BusEvent[]): BusEvent[] {
  return [...new Map(events.map((given) => [given.id, given])).values()];
}
