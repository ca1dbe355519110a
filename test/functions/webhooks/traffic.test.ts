import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  deleteTraffic,
  forgetFailure,
  giveBack,
  loadFailure,
  loadFailures,
  type Showing,
  type Slot,
  slotsMax,
  slotsWhenFailing,
  takeSlot,
  trafficKey,
} from '../../../functions/webhooks/traffic.ts';
import { openHome, type TestHome } from '../open-home.ts';

let home: TestHome;
beforeEach(async () => {
  home = await openHome();
});
afterEach(() => home.close());

const ask = (webhook = 'wh_1') => takeSlot(home.backend, webhook, home.clock.now());
const take = async (webhook = 'wh_1') => (await ask(webhook)).slot;
const giveBackNow = (slot: Slot, showing: Showing) => giveBack(home.backend, slot, showing, home.clock.now());
const failingSince = () => loadFailure(home.backend, 'wh_1');

async function taken(webhook = 'wh_1'): Promise<Slot> {
  const slot = await take(webhook);
  if (!slot) throw new Error('all slots are held');
  return slot;
}

async function takenTimes(count: number): Promise<Slot[]> {
  const slots: Slot[] = [];
  for (let index = 0; index < count; index += 1) slots.push(await taken());
  return slots;
}

/** An attempt that shows this now. */
const attempt = async (showing: Showing) => giveBackNow(await taken(), showing);

/** The webhook has failed for long enough to count as failing. */
async function failFor15Seconds() {
  await attempt('fails');
  home.clock.advance(15_000);
}

describe('the slots of a webhook', () => {
  it('are ten, and two while it fails', () => {
    expect([slotsMax, slotsWhenFailing]).toEqual([10, 2]);
  });

  it('are held by ten at a time, and the eleventh waits until one is given back', async () => {
    const slots = await takenTimes(10);
    expect(new Set(slots.map(({ field }) => field)).size).toBe(10);
    expect(await take()).toBeUndefined();
    await giveBackNow(slots[3] as Slot, 'accepts');
    expect((await taken()).field).toBe(slots[3]?.field);
    expect(await take()).toBeUndefined();
  });

  it('are kept apart from those of others, since a partition takes so many writes and no more', () => {
    expect(trafficKey('wh_1').pk).not.toBe(trafficKey('wh_2').pk);
  });

  it('are its own: another webhook has ten too', async () => {
    await takenTimes(10);
    expect(await take('wh_2')).toBeDefined();
  });

  it('are ten until it has failed for 15 seconds, since one failure among successes is not a webhook that fails', async () => {
    await attempt('fails');
    home.clock.advance(14_999);
    await takenTimes(10);
    expect(await ask()).toEqual({ slot: undefined, isFailing: false });
  });

  it('tell who gets none whether the webhook fails', async () => {
    await failFor15Seconds();
    await takenTimes(2);
    expect(await ask()).toEqual({ slot: undefined, isFailing: true });
  });

  it('that are held for longer than slots are were taken before the clock went back, and are free', async () => {
    const later = home.clock.now() + 1;
    for (let slot = 0; slot < 10; slot += 1) await takeSlot(home.backend, 'wh_1', later);
    await takenTimes(10);
    expect(await take()).toBeUndefined();
  });

  it('are held by two at a time while it fails, and by ten again after a success', async () => {
    await failFor15Seconds();
    const slots = await takenTimes(2);
    expect(await take()).toBeUndefined();
    await giveBackNow(slots[0] as Slot, 'accepts');
    await takenTimes(9);
    expect(await take()).toBeUndefined();
  });

  it('lapse after 30 seconds, so that a caller that died does not keep its own', async () => {
    await takenTimes(10);
    home.clock.advance(29_999);
    expect(await take()).toBeUndefined();
    home.clock.advance(1);
    await takenTimes(10);
    expect(await take()).toBeUndefined();
  });

  it('go to ten of thirty who ask at the same time, or to fewer, and to nobody twice', async () => {
    const slots = (await Promise.all(Array.from({ length: 30 }, () => take()))).filter((slot) => slot !== undefined);
    expect(slots.length).toBeGreaterThan(0);
    expect(new Set(slots.map(({ field }) => field)).size).toBe(slots.length);
    expect(slots.length).toBeLessThanOrEqual(10);
  });

  it('the last goes to one of two who race for it', async () => {
    await takenTimes(9);
    const slots = await Promise.all([take(), take()]);
    expect(slots.filter((slot) => slot !== undefined)).toHaveLength(1);
  });

  it('another free one is taken by who lost a race', async () => {
    const table = home.backend.table('webhooks');
    const update = table.update;
    const overtaken = vi.spyOn(table, 'update').mockImplementationOnce(async (key, changes, condition) => {
      const fields = Object.keys(changes.set ?? {}).map((field) => [field, `${home.clock.now() + 30_000}.other`]);
      await update(key, { set: Object.fromEntries(fields) });
      return update(key, changes, condition);
    });
    expect(await take()).toBeDefined();
    expect(overtaken).toHaveBeenCalledTimes(2);
    overtaken.mockRestore();
    await takenTimes(8);
    expect(await take()).toBeUndefined();
  });
});

describe('giving back', () => {
  it('a slot that has lapsed and is held by another changes nothing, whatever was shown', async () => {
    const slots = await takenTimes(10);
    home.clock.advance(30_000);
    const others = await takenTimes(10);
    for (const slot of slots) await giveBackNow(slot, 'fails');
    expect([await take(), await failingSince()]).toEqual([undefined, null]);
    await giveBackNow(others[0] as Slot, 'fails');
    expect(await failingSince()).toBe(home.clock.now());
    for (const slot of slots) await giveBackNow(slot, 'accepts');
    expect(await failingSince()).toBe(home.clock.now());
  });

  it('twice changes nothing the second time', async () => {
    const slot = await taken();
    await giveBackNow(slot, 'none');
    await giveBackNow(slot, 'fails');
    expect(await failingSince()).toBeNull();
  });

  it('after the webhook was deleted leaves nothing behind', async () => {
    const [one, other] = [await taken(), await taken()];
    await deleteTraffic(home.backend, 'wh_1');
    await giveBackNow(one, 'fails');
    await giveBackNow(other, 'accepts');
    expect(await home.backend.table('webhooks').get(trafficKey('wh_1'))).toBeUndefined();
  });
});

describe('since when a webhook fails', () => {
  it('is nothing at first, and after a success', async () => {
    expect(await failingSince()).toBeNull();
    await attempt('accepts');
    expect(await failingSince()).toBeNull();
  });

  it('begins with the first failure, and further ones leave it', async () => {
    const beganMs = home.clock.now();
    await attempt('fails');
    home.clock.advance(60_000);
    await attempt('fails');
    expect(await failingSince()).toBe(beganMs);
  });

  it('begins with the first failure of those that are under way together', async () => {
    const slots = await takenTimes(3);
    const beganMs = home.clock.now();
    for (const slot of slots) {
      await giveBackNow(slot, 'fails');
      home.clock.advance(1000);
    }
    expect(await failingSince()).toBe(beganMs);
  });

  it('ends with a success, and begins anew with the next failure', async () => {
    await attempt('fails');
    await attempt('accepts');
    expect(await failingSince()).toBeNull();
    home.clock.advance(60_000);
    await attempt('fails');
    expect(await failingSince()).toBe(home.clock.now());
  });

  it('neither begins nor ends with what came to nothing by a fault of ours', async () => {
    await attempt('none');
    expect(await failingSince()).toBeNull();
    const beganMs = home.clock.now();
    await attempt('fails');
    home.clock.advance(1000);
    await attempt('none');
    expect(await failingSince()).toBe(beganMs);
  });

  it('ends when it is to be forgotten, and slots that are held stay held', async () => {
    await failFor15Seconds();
    await takenTimes(2);
    await forgetFailure(home.backend, 'wh_1');
    expect(await failingSince()).toBeNull();
    await takenTimes(8);
    expect(await take()).toBeUndefined();
  });

  it('to forget of a webhook that nothing is known of leaves nothing behind', async () => {
    await forgetFailure(home.backend, 'wh_1');
    expect(await home.backend.table('webhooks').get(trafficKey('wh_1'))).toBeUndefined();
  });

  it('is told to who takes a slot', async () => {
    expect((await taken()).failingSinceMs).toBeNull();
    await attempt('fails');
    expect((await taken()).failingSinceMs).toBe(home.clock.now());
  });

  it('is known of several webhooks at once; those that do not fail are missing', async () => {
    await attempt('fails');
    await giveBackNow(await taken('wh_2'), 'accepts');
    await taken('wh_3');
    await giveBackNow(await taken('wh_4'), 'fails');
    const nowMs = home.clock.now();
    expect(await loadFailures(home.backend, ['wh_1', 'wh_2', 'wh_3', 'wh_4', 'wh_5'])).toEqual(
      new Map([
        ['wh_4', nowMs],
        ['wh_1', nowMs],
      ]),
    );
  });
});
