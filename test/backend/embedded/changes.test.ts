import { describe, expect, it } from 'vitest';
import { withChanges } from '../../../backend/embedded/changes.ts';

const item = { pk: 'p', sk: 's' };

describe('a field that is set', () => {
  it('shares no list or object with the value that was given, however deep', () => {
    const value = { list: [{ n: 1 }], object: { list: [null, 'text', true] } };
    const changed = withChanges(item, { set: { value } });
    value.list[0] = { n: 2 };
    value.object.list.push(false);
    expect(changed).toEqual({ ...item, value: { list: [{ n: 1 }], object: { list: [null, 'text', true] } } });
  });

  it('keeps a field of any name', () => {
    const value = JSON.parse('{"__proto__":{"list":[1]},"constructor":1}');
    expect(JSON.stringify(withChanges(item, { set: { value } })['value'])).toBe(JSON.stringify(value));
  });

  it('may be of a frozen value and can be changed itself', () => {
    const value = Object.freeze({ list: Object.freeze([1]) });
    const changed = withChanges(item, { set: { value } }) as unknown as { value: { list: number[] } };
    changed.value.list.push(2);
    expect(changed.value.list).toEqual([1, 2]);
  });
});
