import { describe, expect, it } from 'vitest';
import { covers, typesCovered } from '../../../functions/events/event-pattern.ts';
import { eventTypeNames } from '../../../functions/events/event-types.ts';

describe('a pattern', () => {
  it.each([
    ['pipeline.completed', 'pipeline.completed', true],
    ['pipeline.completed', 'pipeline.failed', false],
    ['pipeline.*', 'pipeline.completed', true],
    ['pipeline.*', 'pipeline.stage.completed', true],
    ['pipeline.stage.*', 'pipeline.completed', false],
    ['pipeline.*', 'pipelines.completed', false],
    ['*', 'service.restarted', true],
    ['*.completed', 'pipeline.completed', false],
    ['pipeline', 'pipeline.completed', false],
    ['', 'pipeline.completed', false],
  ])('%s covers %s: %s', (pattern, type, expected) => {
    expect(covers(pattern, type)).toBe(expected);
  });

  it('gives the types that it covers, each once and in the order of the registry', () => {
    expect(typesCovered(['*', 'pipeline.*'])).toEqual(eventTypeNames);
    expect(typesCovered(['service.restarted', 'pipeline.started'])).toEqual(['pipeline.started', 'service.restarted']);
    expect(typesCovered(['nothing.*', 'Pipeline.*'])).toEqual([]);
  });
});
