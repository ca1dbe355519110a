import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { ConditionFailed } from '../../backend/backend.ts';
import type { TableUnderTest } from './table-harness.ts';

/** From its `expires_at` on, an item is absent to everything, whether or not the store has removed it yet. */
export function describeExpiry({ table, nowSeconds, clock }: TableUnderTest): void {
  const requests = () => table('requests');
  async function expiredItem(fields: Record<string, unknown> = {}) {
    const key = { pk: randomUUID(), sk: 'item' };
    await requests().put({ ...key, ...fields, expires_at: nowSeconds() - 60 });
    return key;
  }

  it('an item is read until it expires', async () => {
    const item = { pk: randomUUID(), sk: 'item', expires_at: nowSeconds() + 600 };
    await requests().put(item);
    expect(await requests().get({ pk: item.pk, sk: item.sk })).toEqual(item);
    await requests().update({ pk: item.pk, sk: item.sk }, { add: { n: 1 } }, { exists: true });
    expect((await requests().query({ partition: item.pk, limit: 10 })).items).toEqual([{ ...item, n: 1 }]);
  });

  it('an expired item is not read', async () => {
    expect(await requests().get(await expiredItem())).toBeUndefined();
  });

  it('an expired item is in no query, and stands beyond no page', async () => {
    const { pk } = await expiredItem();
    await requests().put({ pk, sk: 'a' });
    await requests().put({ pk, sk: 'z' });
    const page = await requests().query({ partition: pk, order: 'oldest', limit: 2 });
    expect(page).toEqual({
      items: [
        { pk, sk: 'a' },
        { pk, sk: 'z' },
      ],
      more: false,
    });
    const first = await requests().query({ partition: pk, order: 'oldest', before: 'z', limit: 1 });
    expect(first).toEqual({ items: [{ pk, sk: 'a' }], more: false });
  });

  it('an expired item is in no index', async () => {
    const status = randomUUID();
    const item = { pk: randomUUID(), sk: 'pipeline', status, id: '1' };
    await table('pipelines').put({ ...item, expires_at: nowSeconds() - 60 });
    expect(await table('pipelines').query({ index: 'by_status', partition: status, limit: 1 })).toEqual({
      items: [],
      more: false,
    });
  });

  it('a put that asks for absence succeeds over an expired item', async () => {
    const key = await expiredItem({ owner: 'old' });
    await requests().put({ ...key, owner: 'new' }, { exists: false });
    expect(await requests().get(key)).toEqual({ ...key, owner: 'new' });
  });

  it('a condition that asks for an expired item, or for a value of it, is refused', async () => {
    const key = await expiredItem({ owner: 'old' });
    for (const condition of [{ exists: true }, { equals: { owner: 'old' } }]) {
      await expect(requests().update(key, { set: { owner: 'new' } }, condition)).rejects.toThrow(ConditionFailed);
      await expect(requests().put({ ...key, owner: 'new' }, condition)).rejects.toThrow(ConditionFailed);
      await expect(requests().delete(key, condition)).rejects.toThrow(ConditionFailed);
    }
  });

  it('the fields of an expired item count as absent to a condition', async () => {
    const key = await expiredItem({ owner: 'old' });
    await requests().update(key, { set: { owner: 'new' } }, { equals: { owner: undefined } });
    expect(await requests().get(key)).toEqual({ ...key, owner: 'new' });
  });

  it('an update of an expired item starts afresh: no field, no sum and no end of life is carried over', async () => {
    const key = await expiredItem({ count: 99, stale: true });
    expect(await requests().update(key, { add: { count: 1 } })).toEqual({ ...key, count: 1 });
    expect(await requests().get(key)).toEqual({ ...key, count: 1 });
  });

  it('100 concurrent additions to an expired counter are 100', async () => {
    const key = await expiredItem({ count: 99 });
    await Promise.all(Array.from({ length: 100 }, () => requests().update(key, { add: { count: 1 } })));
    expect(await requests().get(key)).toEqual({ ...key, count: 100 });
  });

  it('an update can give an item an end of life, and take it away', async () => {
    const key = { pk: randomUUID(), sk: 'item' };
    const expires_at = nowSeconds() + 600;
    expect(await requests().update(key, { set: { expires_at } })).toEqual({ ...key, expires_at });
    expect(await requests().update(key, { remove: ['expires_at'] })).toEqual(key);
    await requests().update(key, { set: { expires_at: nowSeconds() - 1 } });
    expect(await requests().get(key)).toBeUndefined();
  });

  if (clock)
    it('an item is there in the millisecond before it expires, and not from then on', async () => {
      const key = { pk: randomUUID(), sk: 'item' };
      const expires_at = nowSeconds() + 100;
      await requests().put({ ...key, expires_at });
      clock?.advance(expires_at * 1000 - 1 - clock.now());
      expect(await requests().get(key)).toEqual({ ...key, expires_at });
      clock?.advance(1);
      expect(await requests().get(key)).toBeUndefined();
    });
}
