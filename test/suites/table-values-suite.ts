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
      value: { a: [{ b: [[], null, [1, 'two', false]] }], 'odd key.$["x"]': { ' ': 1 } },
    },
    { what: 'an object with an empty key', value: { '': 1 } },
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

  const keyBytesMax = [
    { what: 'a partition key', bytes: 2048, key: (text: string) => ({ pk: text, sk: 'item' }) },
    { what: 'a sort key', bytes: 1024, key: (text: string) => ({ pk: randomUUID(), sk: text }) },
  ];
  it.each(keyBytesMax)('$what may have $bytes bytes and no more, in every operation', async ({ bytes, key }) => {
    const longest = key(textOf(bytes));
    await locks().put({ ...longest, n: 1 });
    expect(await locks().update(longest, { add: { n: 1 } })).toEqual({ ...longest, n: 2 });
    expect((await locks().query({ partition: longest.pk, from: longest.sk, limit: 1 })).items).toHaveLength(1);
    const longer = key(textOf(bytes + 1));
    await expect(locks().put(longer)).rejects.toThrow(RangeError);
    await expect(locks().update(longer, { set: { n: 1 } })).rejects.toThrow(RangeError);
    await expect(locks().get(longer)).rejects.toThrow(RangeError);
    await expect(locks().delete(longer)).rejects.toThrow(RangeError);
    for (const bound of ['from', 'before']) {
      const query = { partition: longer.pk, [bound]: longer.sk, limit: 1 };
      await expect(locks().query(query)).rejects.toThrow(RangeError);
    }
  });

  it('the key of an index has the same bounds, and an item that breaks them is not stored', async () => {
    const pipelines = () => table('pipelines');
    const key = { pk: randomUUID(), sk: 'pipeline' };
    await pipelines().put({ ...key, repository: textOf(2048), id: textOf(1024) });
    const [before, tooLong] = [await pipelines().get(key), { repository: textOf(2049), id: textOf(1025) }];
    for (const [field, value] of Object.entries(tooLong)) {
      await expect(pipelines().put({ ...key, [field]: value })).rejects.toThrow(RangeError);
      await expect(pipelines().update(key, { set: { [field]: value } })).rejects.toThrow(RangeError);
    }
    expect(await pipelines().get(key)).toEqual(before);
    const query = { index: 'by_repository', limit: 1 };
    await expect(pipelines().query({ ...query, partition: textOf(2049) })).rejects.toThrow(RangeError);
    await expect(pipelines().query({ ...query, partition: 'x', from: textOf(1025) })).rejects.toThrow(RangeError);
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

/** Text of so many bytes, other in every test, most of whose characters take two. */
function textOf(bytes: number): string {
  const start = randomUUID();
  const rest = bytes - start.length;
  return `${start}${'x'.repeat(rest % 2)}${'é'.repeat(Math.floor(rest / 2))}`;
}
