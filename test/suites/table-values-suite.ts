import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { TableUnderTest } from './table-harness.ts';

/** What is put comes back the same, whatever it is. */
export function describeStoredValues({ table }: TableUnderTest): void {
  const locks = () => table('locks');
  const values: { what: string; value: unknown }[] = [
    { what: 'an empty string', value: '' },
    { what: 'text beyond the basic plane', value: 'Grüße, 世界 👩‍🚀 \u{10ffff}' },
    { what: 'quotes, backslashes and control characters', value: `"'\\ \n\t\r \u0000 \u001f` },
    { what: 'what looks like SQL', value: "'); DROP TABLE locks; --" },
    { what: 'zero', value: 0 },
    { what: 'a negative fraction', value: -0.125 },
    { what: 'the largest safe integer', value: Number.MAX_SAFE_INTEGER },
    { what: 'an empty list', value: [] },
    { what: 'an empty object', value: {} },
    {
      what: 'nested lists and objects',
      value: { a: [{ b: [[], null, [1, 'two', false]] }], 'odd key.$["x"]': { '': 1 } },
    },
    { what: 'text of 300 KB', value: 'ü'.repeat(150_000) },
  ];

  it.each(values)('$what survives a put and an update', async ({ value }) => {
    const key = { pk: randomUUID(), sk: 'item' };
    await locks().put({ ...key, value });
    expect(await locks().get(key)).toEqual({ ...key, value });
    const other = { pk: randomUUID(), sk: 'item' };
    expect(await locks().update(other, { set: { value } })).toEqual({ ...other, value });
    expect(await locks().get(other)).toEqual({ ...other, value });
    expect((await locks().query({ partition: other.pk, limit: 1 })).items).toEqual([{ ...other, value }]);
  });

  const names = ['size', 'status', 'a.b', 'a b', '$x', '"quoted"', "it's", '[0]', '#', 'naïve', 'pk2', '__proto'];
  it.each(names)('a field named %s can be put, set, added to, compared, filtered by and removed', async (name) => {
    const key = { pk: randomUUID(), sk: 'item' };
    await locks().put({ ...key, [name]: 1 });
    expect(await locks().update(key, { add: { [name]: 1 } }, { equals: { [name]: 1 } })).toEqual({ ...key, [name]: 2 });
    const query = { partition: key.pk, limit: 1, equals: { [name]: 2 } };
    expect((await locks().query(query)).items).toHaveLength(1);
    expect(await locks().update(key, { set: { [name]: 'v' } })).toEqual({ ...key, [name]: 'v' });
    expect(await locks().update(key, { remove: [name] })).toEqual(key);
  });

  const keys = [
    'https://host/a/b.git#main',
    'with space',
    'quote"\'',
    '%_',
    '../..',
    'Ünïcode 👍',
    'stage#1#test',
    'x'.repeat(900),
  ];
  it.each(keys)('an item whose key is %j is found by get, update, query and delete', async (text) => {
    const key = { pk: `${randomUUID()}${text}`, sk: text };
    await locks().put({ ...key, n: 1 });
    expect(await locks().get(key)).toEqual({ ...key, n: 1 });
    expect(await locks().update(key, { add: { n: 1 } })).toEqual({ ...key, n: 2 });
    expect((await locks().query({ partition: key.pk, from: text, limit: 1 })).items).toEqual([{ ...key, n: 2 }]);
    await locks().delete(key);
    expect(await locks().get(key)).toBeUndefined();
  });

  it('a field that is undefined is not stored', async () => {
    const key = { pk: randomUUID(), sk: 'item' };
    await locks().put({ ...key, nothing: undefined, nested: { nothing: undefined, n: 1 } });
    const stored = await locks().get(key);
    expect(Object.keys(stored ?? {}).sort()).toEqual(['nested', 'pk', 'sk']);
    expect(Object.keys(stored?.['nested'] as object)).toEqual(['n']);
  });

  it('what is put, and what is given, is a copy: changing it later changes nothing stored', async () => {
    const key = { pk: randomUUID(), sk: 'item' };
    const item = { ...key, list: [1] };
    await locks().put(item);
    item.list.push(2);
    const read = (await locks().get(key)) as typeof item;
    read.list.push(3);
    expect(await locks().get(key)).toEqual({ ...key, list: [1] });
  });
}
