import { expect, it } from 'vitest';
import { queues } from '../../../backend/resources.ts';
import { countedTypes } from '../../../functions/observability/event-reading.ts';

it('the queue of measured events is filled with exactly the types that are counted', () => {
  expect([...queues['measured-events'].events].sort()).toEqual([...countedTypes].sort());
});
