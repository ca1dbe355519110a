import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import type { Item, Query } from '../../backend/backend.ts';
import type { TableUnderTest } from './table-harness.ts';

/** Queries: which items, in which order, how far, and whether more stand beyond. Indexes may lag, so those tests wait. */
export function describeQueries({ table }: TableUnderTest): void {
  const events = () => table('events');
  async function partitionOf(sortKeys: string[], fields: (index: number) => Record<string, unknown> = () => ({})) {
    const pk = randomUUID();
    await Promise.all(sortKeys.map((sk, index) => events().put({ pk, sk, ...fields(index) })));
    return pk;
  }
  const sortKeys = async (query: Query) => {
    const { items, more } = await events().query(query);
    return { keys: items.map((item) => item.sk), more };
  };

  it('a query gives the whole items of its partition, newest first unless told', async () => {
    const partition = await partitionOf(['b', 'a', 'c'], (index) => ({ index }));
    await partitionOf(['d']);
    const { items } = await events().query({ partition, limit: 10 });
    expect(items).toEqual([
      { pk: partition, sk: 'c', index: 2 },
      { pk: partition, sk: 'b', index: 0 },
      { pk: partition, sk: 'a', index: 1 },
    ]);
    expect((await sortKeys({ partition, limit: 10, order: 'newest' })).keys).toEqual(['c', 'b', 'a']);
    expect((await sortKeys({ partition, limit: 10, order: 'oldest' })).keys).toEqual(['a', 'b', 'c']);
  });

  it('an empty partition gives an empty page', async () => {
    expect(await events().query({ partition: randomUUID(), limit: 5 })).toEqual({ items: [], more: false });
  });

  it('sort keys go by the bytes of their UTF-8', async () => {
    const ordered = ['', 'A', 'a', 'a ', 'ab', 'é', '\u{ff5e}', '\u{1f600}'].map((end) => `k${end}`);
    const partition = await partitionOf(ordered.toReversed());
    expect((await sortKeys({ partition, order: 'oldest', limit: 10 })).keys).toEqual(ordered);
  });

  const bounds = [
    { given: { from: 'b' }, keys: ['b', 'c', 'd'] },
    { given: { from: 'bb' }, keys: ['c', 'd'] },
    { given: { before: 'c' }, keys: ['a', 'b'] },
    { given: { before: 'cc' }, keys: ['a', 'b', 'c'] },
    { given: { from: 'b', before: 'd' }, keys: ['b', 'c'] },
    { given: { from: 'b', before: 'b' }, keys: [] },
    { given: { from: 'd', before: 'b' }, keys: [] },
  ];
  it.each(bounds)('bounds $given take in the first and leave out the last', async ({ given, keys }) => {
    const partition = await partitionOf(['a', 'b', 'c', 'd']);
    expect(await sortKeys({ partition, order: 'oldest', limit: 10, ...given })).toEqual({ keys, more: false });
    expect(await sortKeys({ partition, limit: 10, ...given })).toEqual({ keys: keys.toReversed(), more: false });
  });

  it('more is true exactly when an item of the query stands beyond the page', async () => {
    const partition = await partitionOf(['a', 'b', 'c']);
    expect(await sortKeys({ partition, limit: 2 })).toEqual({ keys: ['c', 'b'], more: true });
    expect(await sortKeys({ partition, limit: 3 })).toEqual({ keys: ['c', 'b', 'a'], more: false });
    expect(await sortKeys({ partition, limit: 2, from: 'b' })).toEqual({ keys: ['c', 'b'], more: false });
    expect(await sortKeys({ partition, limit: 2, order: 'oldest', before: 'c' })).toEqual({
      keys: ['a', 'b'],
      more: false,
    });
  });

  it('a filter is applied before the limit, and more counts only what passes it', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => String(index).padStart(2, '0'));
    const partition = await partitionOf(keys, (index) => ({ is_rare: index === 3 || index === 7, group: index % 2 }));
    const rare = { partition, equals: { is_rare: true } };
    expect(await sortKeys({ ...rare, limit: 1 })).toEqual({ keys: ['07'], more: true });
    expect(await sortKeys({ ...rare, limit: 2 })).toEqual({ keys: ['07', '03'], more: false });
    expect(await sortKeys({ partition, equals: { is_rare: true, group: 0 }, limit: 2 })).toEqual({
      keys: [],
      more: false,
    });
    expect((await sortKeys({ partition, equals: { group: 1 }, limit: 2 })).keys).toEqual(['59', '57']);
  });

  it('an empty filter is none', async () => {
    const partition = await partitionOf(['a', 'b', 'c']);
    expect(await sortKeys({ partition, equals: {}, limit: 2 })).toEqual({ keys: ['c', 'b'], more: true });
  });

  it('a filter tells null, absence, a number and its string apart', async () => {
    const values = [null, undefined, 0, '0', false];
    const partition = await partitionOf(['a', 'b', 'c', 'd', 'e'], (index) => ({ value: values[index] }));
    const found = async (value: string | number | boolean | null) =>
      (await sortKeys({ partition, equals: { value }, limit: 10 })).keys;
    expect(await found(null)).toEqual(['a']);
    expect(await found(0)).toEqual(['c']);
    expect(await found('0')).toEqual(['d']);
    expect(await found(false)).toEqual(['e']);
  });

  it('pages that start before the last sort key give each item once, while others come and go', async () => {
    const partition = await partitionOf(['10', '20', '30', '40', '50']);
    const first = await sortKeys({ partition, limit: 2 });
    expect(first).toEqual({ keys: ['50', '40'], more: true });
    await events().put({ pk: partition, sk: '60' });
    await events().delete({ pk: partition, sk: '40' });
    await events().put({ pk: partition, sk: '25' });
    const second = await sortKeys({ partition, limit: 2, before: '40' });
    expect(second).toEqual({ keys: ['30', '25'], more: true });
    await events().delete({ pk: partition, sk: '20' });
    expect(await sortKeys({ partition, limit: 2, before: '25' })).toEqual({ keys: ['10'], more: false });
  });

  it('a page of more than 1 MB comes whole', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => String(index).padStart(2, '0'));
    const partition = await partitionOf(keys, () => ({ text: 'x'.repeat(60_000) }));
    expect(await sortKeys({ partition, limit: 30, order: 'oldest' })).toEqual({ keys, more: false });
    const shorter = await sortKeys({ partition, limit: 29, order: 'oldest' });
    expect(shorter).toEqual({ keys: keys.slice(0, 29), more: true });
  });

  it('an index gives the whole items of its partition, by its own sort key, with all that a query can ask', async () => {
    const status = randomUUID();
    await Promise.all(
      [1, 2, 3, 4].map((n) => table('pipelines').put(pipeline({ status, id: `p${n}`, parity: n % 2 }))),
    );
    await table('pipelines').put(pipeline({ status: randomUUID(), id: 'p0' }));
    const byStatus = (query: Partial<Query>) =>
      table('pipelines').query({ index: 'by_status', partition: status, limit: 10, ...query });
    await vi.waitFor(async () => expect((await byStatus({})).items).toHaveLength(4), { timeout: 10_000 });
    const { items, more } = await byStatus({ limit: 1 });
    expect({ items, more }).toEqual({ items: [pipeline({ status, id: 'p4', parity: 0 })], more: true });
    const ids = async (query: Partial<Query>) => (await byStatus(query)).items.map((item) => item['id']);
    expect(await ids({ order: 'oldest' })).toEqual(['p1', 'p2', 'p3', 'p4']);
    expect(await ids({ from: 'p2', before: 'p4' })).toEqual(['p3', 'p2']);
    expect(await ids({ equals: { parity: 1 }, limit: 1 })).toEqual(['p3']);
    expect(await byStatus({ equals: { parity: 1 }, limit: 2 })).toMatchObject({ more: false });
  });

  it('an index of keys gives the keys of its items and nothing else, and refuses a filter', async () => {
    const unannounced = randomUUID();
    const keys = { pk: randomUUID(), sk: 'pipeline', unannounced, id: 'p1' };
    await table('pipelines').put({ ...keys, status: 'completed', text: 'long' });
    const query = { index: 'by_unannounced', partition: unannounced, limit: 10 };
    await vi.waitFor(async () => expect((await table('pipelines').query(query)).items).toEqual([keys]), {
      timeout: 10_000,
    });
    const filtered = table('pipelines').query({ ...query, equals: { status: 'completed' } });
    await expect(filtered).rejects.toThrow('by_unannounced');
  });

  it('an index follows updates, deletions and removed fields', async () => {
    const [status, later] = [randomUUID(), randomUUID()];
    const [moved, deleted, stripped] = ['1', '2', '3'].map((id) => pipeline({ status, id })) as [Item, Item, Item];
    await Promise.all([moved, deleted, stripped].map((item) => table('pipelines').put(item)));
    await table('pipelines').update({ pk: moved.pk, sk: moved.sk }, { set: { status: later } });
    await table('pipelines').delete({ pk: deleted.pk, sk: deleted.sk });
    await table('pipelines').update({ pk: stripped.pk, sk: stripped.sk }, { remove: ['status'] });
    const ids = async (partition: string) =>
      (await table('pipelines').query({ index: 'by_status', partition, limit: 10 })).items.map((item) => item['id']);
    await vi.waitFor(async () => expect([await ids(status), await ids(later)]).toEqual([[], ['1']]), {
      timeout: 10_000,
    });
  });

  it('an item without an index field is stored, and is not in that index', async () => {
    const kind = randomUUID();
    const item = { pk: randomUUID(), sk: 'pipeline', kind, id: '1' };
    await table('pipelines').put(item);
    const query = { index: 'by_creation', partition: kind, limit: 10 };
    await vi.waitFor(async () => expect((await table('pipelines').query(query)).items).toEqual([item]), {
      timeout: 10_000,
    });
    expect(await table('pipelines').get({ pk: item.pk, sk: item.sk })).toEqual(item);
  });
}

function pipeline(fields: { id: string; status: string; parity?: number }): Item {
  return { pk: `${fields.status}-${fields.id}`, sk: 'pipeline', ...fields };
}
