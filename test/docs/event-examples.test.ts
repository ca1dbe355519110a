import { expect, it } from 'vitest';
import { eventExamples } from '../../functions/events/event-examples.ts';
import { eventTypeNames, eventTypes } from '../../functions/events/event-types.ts';

it.each(eventTypeNames)(
  'the example of %s is an event of its type, with no field that the type does not name',
  (type) => {
    expect(eventTypes[type].data.strict().parse(eventExamples[type])).toEqual(eventExamples[type]);
  },
);
