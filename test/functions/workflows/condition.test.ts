import { describe, expect, it } from 'vitest';
import { type Condition, isConditionMet } from '../../../functions/workflows/definition.ts';
import type { Json } from '../../../functions/workflows/template.ts';

const value = '{{event.x}}';

describe('a condition', () => {
  it.each<[Omit<Condition, 'value'>, Json | undefined, boolean]>([
    [{ equals: 'main' }, 'main', true],
    [{ equals: 'main' }, 'Main', false],
    [{ equals: 1 }, '1', false],
    [{ equals: null }, null, true],
    [{ equals: null }, undefined, false],
    [{ equals: false }, false, true],
    [{ equals: false }, 0, false],
    [{ not_equals: 'main' }, 'dev', true],
    [{ not_equals: 'main' }, 'main', false],
    [{ not_equals: 'main' }, undefined, true],
    [{ greater_than: 3 }, 4, true],
    [{ greater_than: 3 }, 3, false],
    [{ greater_than: 3 }, '4', false],
    [{ greater_than: 3 }, null, false],
    [{ less_than: 0 }, -1, true],
    [{ less_than: 0 }, 0, false],
    [{ less_than: 0 }, undefined, false],
    [{ in: ['a', 2, null] }, 2, true],
    [{ in: ['a', 2, null] }, null, true],
    [{ in: ['a', 2] }, '2', false],
    [{ in: ['a'] }, ['a'], false],
    [{ exists: true }, 0, true],
    [{ exists: true }, {}, true],
    [{ exists: true }, null, false],
    [{ exists: true }, undefined, false],
    [{ exists: false }, undefined, true],
    [{ exists: false }, '', false],
  ])('%j of %j is %s', (comparison, found, isMet) => {
    expect(isConditionMet({ value, ...comparison }, found)).toBe(isMet);
  });
});
