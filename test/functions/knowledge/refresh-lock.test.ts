import { afterEach, beforeEach, expect, it } from 'vitest';
import { countHeld } from '../../../functions/core/locks.ts';
import { freeKnowledge, takeKnowledge } from '../../../functions/knowledge/refresh-lock.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { letGo, storedRefresh, unknownRefresh } from './knowledge-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const other = 'ref_01jhnkp8r2c5d3v7w9x0y1z2a4';
const take = (id: string) => takeKnowledge(home.backend, id, home.clock.now());

it('a refresh at work keeps the others out, and is named with its start', async () => {
  const refresh = await storedRefresh(home);
  const started_at = new Date(refresh.createdMs).toISOString();
  home.clock.advance(24 * 3_600_000);
  await expect(take(other)).rejects.toMatchObject({
    code: 'CONFLICT',
    details: { refresh_id: refresh.id, started_at },
  });
});

it('one that has nothing left to do is taken over from, though nobody freed the lock', async () => {
  await letGo(home, await storedRefresh(home));
  await take(other);
});

it('one that was never stored is believed for a minute', async () => {
  await take(unknownRefresh);
  const started_at = new Date(home.clock.now()).toISOString();
  home.clock.advance(59_000);
  await expect(take(other)).rejects.toMatchObject({ details: { refresh_id: unknownRefresh, started_at } });
  home.clock.advance(1_000);
  await take(other);
});

it('the same refresh takes it again, which renews its claim', async () => {
  await take(unknownRefresh);
  home.clock.advance(40_000);
  await take(unknownRefresh);
  home.clock.advance(40_000);
  await expect(take(other)).rejects.toMatchObject({ code: 'CONFLICT' });
});

it('of many at the same time one gets it', async () => {
  const ids = Array.from({ length: 8 }, (_, index) => unknownRefresh.replace(/.$/, String(index)));
  const outcomes = await Promise.allSettled(ids.map(take));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('is counted among the locks of refreshes while it is held', async () => {
  await take(unknownRefresh);
  expect(await countHeld(home.backend, 'refresh')).toBe(1);
  await freeKnowledge(home.backend, unknownRefresh);
  expect(await countHeld(home.backend, 'refresh')).toBe(0);
});

it('is freed by its holder alone', async () => {
  await take(unknownRefresh);
  await freeKnowledge(home.backend, other);
  await expect(take(other)).rejects.toMatchObject({ code: 'CONFLICT' });
  await freeKnowledge(home.backend, unknownRefresh);
  await take(other);
});
