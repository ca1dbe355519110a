import { describe, expect, it } from 'vitest';
import { parsedRows } from '../../../backend/embedded/parsed-rows.ts';

const bodyOf = (fields: Record<string, unknown>) => JSON.stringify({ pk: 'p', sk: 's', ...fields });

describe('rows of a query', () => {
  it('a row is parsed once while its text stays, however the text came', () => {
    const parse = parsedRows();
    const item = parse(1, bodyOf({ n: 1 }));
    expect(item).toEqual({ pk: 'p', sk: 's', n: 1 });
    expect(parse(1, bodyOf({ n: 1 }))).toBe(item);
  });

  it('a row with another text is another item, and so is another row with the same text', () => {
    const parse = parsedRows();
    const item = parse(1, bodyOf({ n: 1 }));
    expect(parse(1, bodyOf({ n: 2 }))).toMatchObject({ n: 2 });
    expect(parse(2, bodyOf({ n: 1 }))).not.toBe(item);
    expect(parse(1, bodyOf({ n: 1 }))).toMatchObject({ n: 1 });
  });

  it('an item that several readers may hold can be changed by none', () => {
    const item = parsedRows()(1, bodyOf({ nested: { list: [1] } })) as unknown as { nested: { list: number[] } };
    expect(() => Object.assign(item, { n: 2 })).toThrow(TypeError);
    expect(() => item.nested.list.push(2)).toThrow(TypeError);
  });

  it('rows beyond the bound, by number or size, are parsed again and stay right', () => {
    const parse = parsedRows();
    const first = parse(0, bodyOf({ n: 0 }));
    for (let id = 1; id <= 1024; id += 1) parse(id, bodyOf({ n: id }));
    expect(parse(0, bodyOf({ n: 0 }))).not.toBe(first);
    expect(parse(0, bodyOf({ n: 0 }))).toEqual(first);
    const large = bodyOf({ text: 'x'.repeat(17 * 1024) });
    expect(parse(1, large)).not.toBe(parse(1, large));
    expect(parse(1, large)).toEqual(JSON.parse(large));
  });
});
