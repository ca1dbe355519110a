import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { ConditionFailed, type Key, type Table } from '../../backend/backend.ts';
import type { TableUnderTest } from './table-harness.ts';

/** Single-item writes: what they store, what their conditions ask, and that concurrent ones are as if one after another. */
export function describeWrites({ table }: TableUnderTest): void {
  const locks = () => table('locks');

  it('a stored item is read as it was put', async () => {
    const item = { ...newKey(), owner: 'a', count: 3, isOpen: true, nothing: null };
    await locks().put(item);
    expect(await locks().get(keyOf(item))).toEqual(item);
  });

  it('an absent item is undefined', async () => {
    expect(await locks().get(newKey())).toBeUndefined();
  });

  it('a put replaces the whole item', async () => {
    const key = newKey();
    await locks().put({ ...key, first: 1 });
    await locks().put({ ...key, second: 2 });
    expect(await locks().get(key)).toEqual({ ...key, second: 2 });
  });

  it('items of one partition, and of another table, stand apart', async () => {
    const key = newKey();
    await locks().put({ ...key, place: 'locks' });
    await locks().put({ ...key, sk: 'other', place: 'other' });
    expect(await table('requests').get(key)).toBeUndefined();
    expect((await locks().get(key))?.['place']).toBe('locks');
    expect((await locks().get({ ...key, sk: 'other' }))?.['place']).toBe('other');
  });

  it('a put that asks for absence is refused where an item is, which stays as it was', async () => {
    const key = newKey();
    await locks().put({ ...key, owner: 'first' }, { exists: false });
    await expect(locks().put({ ...key, owner: 'second' }, { exists: false })).rejects.toThrow(ConditionFailed);
    expect(await locks().get(key)).toEqual({ ...key, owner: 'first' });
  });

  it('of 50 that write one absent key at once, exactly one wins, and its item is what is stored', async () => {
    const key = newKey();
    const owners = Array.from({ length: 50 }, (_, index) => index);
    const outcomes = await Promise.allSettled(owners.map((taker) => locks().put({ ...key, taker }, { exists: false })));
    const winners = owners.filter((owner) => outcomes[owner]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect((await locks().get(key))?.['taker']).toBe(winners[0]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ConditionFailed);
    }
  });

  const conditions = [
    { asks: 'presence', condition: { exists: true }, holds: true },
    { asks: 'absence', condition: { exists: false }, holds: false },
    { asks: 'an equal string', condition: { equals: { owner: 'a' } }, holds: true },
    { asks: 'another string', condition: { equals: { owner: 'b' } }, holds: false },
    { asks: 'an equal number', condition: { equals: { count: 1 } }, holds: true },
    { asks: 'a number as a string', condition: { equals: { count: '1' } }, holds: false },
    { asks: 'a boolean for the number 1', condition: { equals: { count: true } }, holds: false },
    { asks: 'an equal boolean', condition: { equals: { isOpen: true } }, holds: true },
    { asks: 'the other boolean', condition: { equals: { isOpen: false } }, holds: false },
    { asks: 'a stored null', condition: { equals: { nothing: null } }, holds: true },
    { asks: 'null for an absent field', condition: { equals: { missing: null } }, holds: false },
    { asks: 'the absence of an absent field', condition: { equals: { missing: undefined } }, holds: true },
    { asks: 'the absence of a stored null', condition: { equals: { nothing: undefined } }, holds: false },
    {
      asks: 'several that all hold',
      condition: { exists: true, equals: { owner: 'a', missing: undefined } },
      holds: true,
    },
    { asks: 'several of which one fails', condition: { exists: true, equals: { owner: 'a', count: 2 } }, holds: false },
  ];
  const writes: { operation: string; write: (table: Table, key: Key, condition: object) => Promise<unknown> }[] = [
    { operation: 'put', write: (to, key, condition) => to.put({ ...key, replaced: true }, condition) },
    { operation: 'update', write: (to, key, condition) => to.update(key, { set: { replaced: true } }, condition) },
    { operation: 'delete', write: (to, key, condition) => to.delete(key, condition) },
  ];
  for (const { operation, write } of writes) {
    it.each(conditions)(
      `a ${operation} that asks for $asks: holds is $holds, and what is refused changes nothing`,
      async (given) => {
        const item = { ...newKey(), owner: 'a', count: 1, isOpen: true, nothing: null };
        await locks().put(item);
        const done = write(locks(), keyOf(item), given.condition);
        await (given.holds ? done : expect(done).rejects.toThrow(ConditionFailed));
        const after = await locks().get(keyOf(item));
        if (given.holds) expect(after).not.toEqual(item);
        else expect(after).toEqual(item);
      },
    );

    it(`a ${operation} of an absent item: presence and a value are refused, absence of item and field hold`, async () => {
      const refused = [{ exists: true }, { equals: { owner: 'a' } }, { exists: true, equals: { owner: undefined } }];
      for (const condition of refused) {
        const key = newKey();
        await expect(write(locks(), key, condition)).rejects.toThrow(ConditionFailed);
        expect(await locks().get(key)).toBeUndefined();
      }
      for (const condition of [{ exists: false }, { equals: { owner: undefined } }]) {
        await write(locks(), newKey(), condition);
      }
    });
  }

  it('an update sets, removes and adds in one go and gives the item as it is then', async () => {
    const key = newKey();
    await locks().put({ ...key, stays: 's', changes: 1, goes: true, counter: 40 });
    const changes = {
      set: { changes: 2, appears: [1] },
      remove: ['goes', 'never-there'],
      add: { counter: 2, fresh: -3 },
    };
    const updated = await locks().update(key, changes);
    expect(updated).toEqual({ ...key, stays: 's', changes: 2, appears: [1], counter: 42, fresh: -3 });
    expect(await locks().get(key)).toEqual(updated);
  });

  it('an update creates an absent item', async () => {
    const key = newKey();
    expect(await locks().update(key, { set: { a: 'x' }, add: { n: 1 } })).toEqual({ ...key, a: 'x', n: 1 });
    expect(await locks().get(key)).toEqual({ ...key, a: 'x', n: 1 });
  });

  it('an update that sets a field to undefined removes it', async () => {
    const key = newKey();
    await locks().put({ ...key, error: 'old', kept: 1 });
    expect(await locks().update(key, { set: { error: undefined } })).toEqual({ ...key, kept: 1 });
  });

  it('1000 concurrent additions to one counter are 1000, and each sees a sum of its own', async () => {
    const key = newKey();
    const add = () => locks().update(key, { add: { count: 1 } });
    const sums = (await Promise.all(Array.from({ length: 1000 }, add))).map((item) => item['count']);
    expect(new Set(sums).size).toBe(1000);
    expect((await locks().get(key))?.['count']).toBe(1000);
  });

  it('of 20 updates that ask for the same earlier value, exactly one wins', async () => {
    const key = newKey();
    await locks().put({ ...key, revision: 1 });
    const update = () => locks().update(key, { set: { revision: 2 } }, { equals: { revision: 1 } });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, update));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it('a deleted item is absent, and deleting it again changes nothing', async () => {
    const key = newKey();
    await locks().put({ ...key });
    await locks().delete(key);
    expect(await locks().get(key)).toBeUndefined();
    await locks().delete(key);
    await locks().put({ ...key, again: true }, { exists: false });
  });
}

function newKey(): Key {
  return { pk: randomUUID(), sk: 'item' };
}

function keyOf({ pk, sk }: Key): Key {
  return { pk, sk };
}
