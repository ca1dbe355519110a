import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../../backend/backend.ts';
import { announceDisabled, disableWebhook, isHopeless } from '../../../functions/webhooks/disable-webhook.ts';
import { newWebhook, withFields } from '../../../functions/webhooks/webhook.ts';
import { changeWebhook, createWebhook, deleteWebhook, findWebhook } from '../../../functions/webhooks/webhook-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { Death, dyingBackend } from '../pipelines/dying-backend.ts';
import { unknownWebhook as id } from './webhook-api.ts';

const fields = {
  url: 'https://hooks.example.com',
  events: ['pipeline.failed'],
  filter: {},
  description: null,
  enabled: true,
};

let home: TestHome;
let failingSinceMs: number;
beforeEach(async () => {
  home = await openHome();
  failingSinceMs = home.clock.now() - 5 * 24 * 3_600_000;
  await createWebhook(home.backend, newWebhook(id, fields, home.clock.now()));
});
afterEach(() => home.close());

const { url } = fields;

/** What a process does whose attempt showed that nobody takes what is sent. */
async function disable(backend: Backend = home.backend) {
  await disableWebhook({ ...home, backend }, id, { reason: 'failing', url, failingSinceMs });
  await announceDisabled({ backend }, await findWebhook(backend, id));
}
const stored = () => findWebhook(home.backend, id);
const change = (changes: { enabled: boolean }) =>
  changeWebhook(home.backend, id, (webhook) => withFields(webhook, changes, home.clock.now()));
const iso = (timeMs: number) => new Date(timeMs).toISOString();
const warnings = () => home.logLines.filter((line) => line.includes('"warn"'));

/** What a process does that finds the webhook disabled. */
const announce = async () => announceDisabled(home, await stored());

describe('to disable a webhook', () => {
  it('stores why, when and since when it failed, and publishes that once', async () => {
    const nowMs = home.clock.now();
    await disable();
    expect(await stored()).toMatchObject({
      enabled: false,
      disabledReason: 'failing',
      disabledMs: nowMs,
      failingSinceMs,
      updatedMs: nowMs,
      isUnannounced: false,
    });
    const data = { webhook_id: id, reason: 'failing', failing_since: iso(failingSinceMs) };
    expect(home.published).toMatchObject([{ type: 'webhook.disabled', timestamp: iso(nowMs), sequence: 1, data }]);
    expect(warnings()).toHaveLength(1);
  });

  it('tells no time where it took deliveries until then', async () => {
    await disableWebhook(home, id, { reason: 'gone', url, failingSinceMs: null });
    await announce();
    expect(home.published).toMatchObject([{ data: { reason: 'gone', failing_since: null } }]);
  });

  it('again changes and publishes nothing, and the first reason stays', async () => {
    await disableWebhook(home, id, { reason: 'gone', url, failingSinceMs: null });
    await announce();
    const before = await stored();
    home.clock.advance(1000);
    await disable();
    await announce();
    expect(await stored()).toEqual(before);
    expect(home.published).toHaveLength(1);
    expect(warnings()).toHaveLength(1);
  });

  it('that a user disabled changes, publishes and logs nothing', async () => {
    await change({ enabled: false });
    const before = await stored();
    await disable();
    expect([await stored(), home.published, warnings()]).toEqual([before, [], []]);
  });

  it('that has another URL since does nothing', async () => {
    await changeWebhook(home.backend, id, (webhook) => ({ ...webhook, url: 'https://hooks.example.org' }));
    const before = await stored();
    await disable();
    expect([await stored(), home.published, warnings()]).toEqual([before, [], []]);
  });

  it('that is deleted does nothing', async () => {
    await deleteWebhook(home.backend, id);
    await disable();
    expect([await stored(), home.published, warnings()]).toEqual([undefined, [], []]);
  });

  it('by several at the same time is one event, however often it is sent', async () => {
    await Promise.all([disable(), disable(), disable()]);
    expect(new Set(home.published.map((event) => event.id)).size).toBe(1);
    expect(new Set(home.published.map((event) => event.sequence)).size).toBe(1);
    expect((await stored())?.isUnannounced).toBe(false);
    expect(warnings()).toHaveLength(1);
  });

  it('after it was enabled again is another event', async () => {
    await disable();
    await change({ enabled: true });
    home.clock.advance(1000);
    await disable();
    expect(new Set(home.published.map((event) => event.id)).size).toBe(2);
    expect(home.published.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });
});

describe('a process that dies', () => {
  it.each([
    ['before the number is drawn', 1, false],
    ['before the event is published', 2, false],
    ['once the event is published', 2, true],
    ['before it is stored that the event is published', 3, false],
    ['once all is done', 3, true],
  ])('%s leaves an event that is published by who finds the webhook disabled, once', async (_, writes, isLost) => {
    const nowMs = home.clock.now();
    await expect(disable(dyingBackend(home.backend, writes, isLost))).rejects.toThrow(Death);
    expect((await stored())?.enabled).toBe(false);
    home.clock.advance(60_000);
    await announce();
    await announce();
    expect(new Set(home.published.map((event) => event.id)).size).toBe(1);
    for (const event of home.published) expect(event).toMatchObject({ timestamp: iso(nowMs), sequence: 1 });
    expect((await stored())?.isUnannounced).toBe(false);
  });

  it('before the webhook is stored as disabled leaves it as it was', async () => {
    const before = await stored();
    await expect(disable(dyingBackend(home.backend, 0, false))).rejects.toThrow(Death);
    await announce();
    expect([await stored(), home.published]).toEqual([before, []]);
  });
});

describe('a webhook is given up', () => {
  const day = 24 * 3_600_000;

  it.each([
    ['that has not failed', null, 8, 100 * day, false],
    ['after five days of failures and the third try', 0, 3, 5 * day, true],
    ['later, and after more tries', 0, 8, 50 * day, true],
    ['a moment before five days', 0, 8, 5 * day - 1, false],
    ['after five days, with a delivery that failed twice', 0, 2, 5 * day, false],
    ['with its first failure', 5 * day, 1, 5 * day, false],
  ])('%s: %j, %i tries, at %i: %s', (_, since, tries, nowMs, expected) => {
    expect(isHopeless({ failingSinceMs: since, tries, triesMax: 8, nowMs })).toBe(expected);
  });

  it('with the last try, where a delivery has fewer than three', () => {
    const failing = { failingSinceMs: 0, triesMax: 2, nowMs: 5 * day };
    expect([1, 2].map((tries) => isHopeless({ ...failing, tries }))).toEqual([false, true]);
  });
});
