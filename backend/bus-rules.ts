import type { QueueSpec } from './resources.ts';

/**
 * Which events the bus brings to which queue, as the queues declare it. Both homes take their rules from here; a queue
 * that takes no events has none.
 */
export function busRules<Name extends string>(queues: Record<Name, Pick<QueueSpec, 'events'>>): BusRule<Name>[] {
  return (Object.keys(queues) as Name[]).flatMap((queue) => {
    const { events } = queues[queue];
    if (events === 'all') return [{ pattern: {}, queue }];
    return events.length > 0 ? [{ pattern: { type: events }, queue }] : [];
  });
}

/** Events that go to a queue. A pattern without types matches every event. */
export interface BusRule<Queue extends string> {
  pattern: { type?: readonly string[] };
  queue: Queue;
}
