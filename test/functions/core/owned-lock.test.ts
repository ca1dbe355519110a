import { afterEach, beforeEach, expect, it } from 'vitest';
import { countHeld } from '../../../functions/core/locks.ts';
import { freeLock, type Holder, ownerOf, takeLock } from '../../../functions/core/owned-lock.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const key = { pk: 'branch#a', sk: 'lock' };
const refused = new Error('refused');

/** Takes the lock; `judge` says what becomes of another holder. */
const take = (owner: string, judge: (holder: Holder) => void = refuse) =>
  takeLock(home.backend, {
    key,
    kind: 'branch',
    owner,
    nowMs: home.clock.now(),
    refuseIfAtWork: async (holder) => judge(holder),
  });
const refuse = () => {
  throw refused;
};
const holder = () => ownerOf(home.backend, key);

it('a lock that nobody holds is taken without a question', async () => {
  expect(await holder()).toBeUndefined();
  await take('first');
  expect(await holder()).toBe('first');
});

it('a lock stays with its holder where that is at work', async () => {
  await take('first');
  await expect(take('second')).rejects.toBe(refused);
  expect(await holder()).toBe('first');
});

it('a lock is taken over from a holder that is not at work', async () => {
  await take('first');
  await take('second', () => undefined);
  expect(await holder()).toBe('second');
});

it('the judge of the holder learns since when it holds, and for a minute that it is about to store its work', async () => {
  await take('first');
  const sinceMs = home.clock.now();
  const seen: Holder[] = [];
  for (const elapsedMs of [59_999, 1]) {
    home.clock.advance(elapsedMs);
    await expect(
      take('second', (held) => {
        seen.push(held);
        refuse();
      }),
    ).rejects.toBe(refused);
  }
  expect(seen).toEqual([
    { owner: 'first', sinceMs, isClaiming: true },
    { owner: 'first', sinceMs, isClaiming: false },
  ]);
});

it('the same owner is not judged, and renews its claim', async () => {
  await take('first');
  home.clock.advance(30_000);
  await take('first');
  const seen: Holder[] = [];
  await take('second', (held) => void seen.push(held));
  expect(seen).toEqual([{ owner: 'first', sinceMs: home.clock.now(), isClaiming: true }]);
});

it('of many that take over at the same time one succeeds, for each asks again who holds it', async () => {
  await take('dead');
  const judge = ({ owner }: Holder) => (owner === 'dead' ? undefined : refuse());
  const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((owner) => take(owner, judge)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('a lock is freed by its holder alone', async () => {
  await take('first');
  await freeLock(home.backend, key, 'second');
  expect(await holder()).toBe('first');
  await freeLock(home.backend, key, 'first');
  expect(await holder()).toBeUndefined();
});

it('locks that are held are counted by their kind', async () => {
  await take('first');
  expect(await countHeld(home.backend, 'branch')).toBe(1);
  expect(await countHeld(home.backend, 'refresh')).toBe(0);
  await freeLock(home.backend, key, 'first');
  expect(await countHeld(home.backend, 'branch')).toBe(0);
});
