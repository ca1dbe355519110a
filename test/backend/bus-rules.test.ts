import { expect, it } from 'vitest';
import { busRules } from '../../backend/bus-rules.ts';
import { queues } from '../../backend/resources.ts';

it('a queue gets all events, those of the types that it lists, or none', () => {
  expect(
    busRules({
      log: { events: 'all' },
      deliveries: { events: ['pipeline.completed', 'pipeline.failed'] },
      work: { events: [] },
    }),
  ).toEqual([
    { pattern: {}, queue: 'log' },
    { pattern: { type: ['pipeline.completed', 'pipeline.failed'] }, queue: 'deliveries' },
  ]);
});

it('the log of events gets every event', () => {
  expect(busRules(queues)).toContainEqual({ pattern: {}, queue: 'event-log' });
});
