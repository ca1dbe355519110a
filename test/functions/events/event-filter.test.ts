import { describe, expect, it } from 'vitest';
import { dataFields, type EventFilter, eventFilter, isMatch } from '../../../functions/events/event-filter.ts';

const data = {
  impacted: ['a', 'b'],
  service: 'litellm-proxy',
  error: { code: 'TIMEOUT', stage: null },
  iteration: 2,
  ok: true,
};

describe('a filter', () => {
  it.each<[EventFilter, boolean]>([
    [{}, true],
    [{ service: 'litellm-proxy' }, true],
    [{ service: 'postgres' }, false],
    [{ service: ['postgres', 'litellm-proxy'] }, true],
    [{ service: 'litellm-proxy', iteration: 3 }, false],
    [{ iteration: 2, ok: true }, true],
    [{ iteration: '2' }, false],
    [{ 'error.code': 'TIMEOUT' }, true],
    [{ 'error.stage': null }, true],
    [{ 'error.missing': null }, false],
    [{ 'service.length': 13 }, false],
    [{ '__proto__.constructor': 'Object' }, false],
    [{ error: '[object Object]' }, false],
    [{ impacted: 'b' }, true],
    [{ impacted: 'c' }, false],
    [{ impacted: ['c', 'a'] }, true],
    [{ 'impacted.0': 'a' }, true],
  ])('%j matches: %s', (filter, expected) => {
    expect(isMatch(filter, data)).toBe(expected);
  });

  it('has at most 10 fields and 20 values for one', () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]));
    expect(eventFilter.safeParse(fields(10)).success).toBe(true);
    expect(eventFilter.safeParse(fields(11)).success).toBe(false);
    expect(eventFilter.safeParse({ f: Array.from({ length: 21 }, (_, n) => n) }).success).toBe(false);
    expect(eventFilter.safeParse({ f: [] }).success).toBe(false);
    expect(eventFilter.safeParse({ f: { nested: 1 } }).success).toBe(false);
  });
});

it('the fields of events are known by their dotted paths', () => {
  const fields = dataFields(['pipeline.failed', 'service.restarted']);
  expect(fields).toContain('error.stage');
  expect(fields).toContain('outcome');
  expect(fields).not.toContain('from');
  expect(fields).not.toContain('error');
});
