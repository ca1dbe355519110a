import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOf, settled } from '../../../functions/core/json.ts';

describe('the JSON of an answer', () => {
  it('is what JSON.stringify gives, whatever of it is settled', () => {
    const entry = fc.dictionary(fc.string(), fc.jsonValue());
    const list = fc.array(fc.tuple(entry, fc.boolean()));
    fc.assert(
      fc.property(fc.jsonValue(), list, (rest, entries) => {
        const items = entries.map(([value, isSettled]) => (isSettled ? settled(value) : value));
        for (const body of [rest, items, { items, rest }, { items, left_out: undefined, rest: { items } }]) {
          expect(jsonOf(body)).toBe(JSON.stringify(body));
        }
      }),
    );
  });

  it('takes the text of a settled object as it was when it was settled', () => {
    const entry = settled({ count: 1 });
    entry.count = 2;
    expect(jsonOf({ entries: [entry] })).toBe('{"entries":[{"count":1}]}');
  });
});
