import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeSlot } from '../../../functions/webhooks/traffic.ts';
import type { Webhook } from '../../../functions/webhooks/webhook.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  findWebhook,
  loadWebhooks,
} from '../../../functions/webhooks/webhook-store.ts';
import { openHome, type TestHome } from '../open-home.ts';
import { storedWebhook } from './webhook-api.ts';

let home: TestHome;
let webhook: Webhook;
beforeEach(async () => {
  home = await openHome();
  webhook = await storedWebhook(home);
});
afterEach(() => home.close());

const find = () => findWebhook(home.backend, webhook.id);
const change = (rule: (before: Webhook) => Webhook) => changeWebhook(home.backend, webhook.id, rule);
const described = (description: string) => change((before) => ({ ...before, description }));

/** Right before the next write of a webhook this happens. */
function overtakeOnce(act: () => Promise<unknown>) {
  const table = home.backend.table('webhooks');
  const { put } = table;
  const spy = vi.spyOn(table, 'put').mockImplementationOnce(async (...args) => {
    await act();
    return put(...args);
  });
  return () => spy.mockRestore();
}

it('a webhook is read as it was stored, and one that was never stored not at all', async () => {
  expect(await find()).toEqual(webhook);
  expect(await findWebhook(home.backend, 'wh_other')).toBeUndefined();
});

it('storing it again leaves it as it is', async () => {
  await described('changed');
  await createWebhook(home.backend, webhook);
  expect((await find())?.description).toBe('changed');
});

it('all are read, the oldest first, and nothing else with them', async () => {
  home.clock.advance(1000);
  const second = await storedWebhook(home);
  await takeSlot(home.backend, webhook.id, home.clock.now());
  expect(await loadWebhooks(home.backend)).toEqual([webhook, second]);
});

it('who deletes it is told whether there was one', async () => {
  const deleted = await Promise.all([1, 2].map(() => deleteWebhook(home.backend, webhook.id)));
  expect(deleted.sort()).toEqual([false, true]);
  expect(await find()).toBeUndefined();
});

describe('a change', () => {
  it('is given as it is stored, and counts the writes', async () => {
    expect(await described('x')).toEqual({ ...webhook, description: 'x', writes: 1 });
    expect(await find()).toEqual({ ...webhook, description: 'x', writes: 1 });
  });

  it('that changes nothing costs no write', async () => {
    const put = vi.spyOn(home.backend.table('webhooks'), 'put');
    expect(await change((before) => before)).toEqual(webhook);
    expect(put).not.toHaveBeenCalled();
    put.mockRestore();
  });

  it('is decided anew when somebody else wrote first, so that both are kept', async () => {
    const restore = overtakeOnce(() => described('faster'));
    const after = await change((before) => ({ ...before, enabled: false }));
    restore();
    expect(after).toEqual({ ...webhook, description: 'faster', enabled: false, writes: 2 });
    expect(await find()).toEqual(after);
  });

  it('by twenty at the same time is kept of all', async () => {
    const changes = Array.from({ length: 20 }, (_, index) => index);
    await Promise.all(
      changes.map((index) => change((before) => ({ ...before, events: [...before.events, `${index}`] }))),
    );
    expect(new Set((await find())?.events)).toEqual(new Set(['*', ...changes.map(String)]));
  });

  it('of one that is deleted, also meanwhile, stores nothing', async () => {
    const restore = overtakeOnce(() => deleteWebhook(home.backend, webhook.id));
    expect(await described('x')).toBeUndefined();
    restore();
    expect(await described('x')).toBeUndefined();
    expect(await find()).toBeUndefined();
  });

  it('whose rule refuses changes nothing', async () => {
    const refuse = () => {
      throw new Error('refused');
    };
    await expect(change(refuse)).rejects.toThrow('refused');
    expect(await find()).toEqual(webhook);
  });
});
