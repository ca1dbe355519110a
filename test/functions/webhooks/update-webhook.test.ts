import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { updateWebhookContract } from '../../../functions/webhooks/contract.ts';
import { disableWebhook } from '../../../functions/webhooks/disable-webhook.ts';
import { giveBack, takeSlot } from '../../../functions/webhooks/traffic.ts';
import type { Webhook } from '../../../functions/webhooks/webhook.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { openWebhookApi, storedWebhook, unknownWebhook, url, type WebhookApi } from './webhook-api.ts';

let api: WebhookApi;
let id: string;
let path: string;
beforeEach(async () => {
  api = await openWebhookApi();
  await register();
});
afterEach(() => api.close());

async function register(fields: Partial<Webhook> & { seed?: number } = {}) {
  ({ id } = await storedWebhook(api.home, { events: ['pipeline.failed'], seed: 1, ...fields }));
  path = `/api/v1/webhooks/${id}`;
}
const patch = (body: unknown) => api.send('PATCH', path, { body });
const get = async () => (await api.send('GET', path)).body;
const request = () => ({ method: 'PATCH', path, body: { description: 'x' } });

/** The receiver fails once now. */
async function fail() {
  const nowMs = api.home.clock.now();
  const { slot } = await takeSlot(api.home.backend, id, nowMs);
  if (slot) await giveBack(api.home.backend, slot, 'fails', nowMs);
}

describe('200', () => {
  it.each([
    [{ url: 'https://hooks.example.org/other' }],
    [{ events: ['service.*', 'pipeline.failed'] }],
    [{ filter: { 'error.code': ['TIMEOUT', 'STAGE_FAILED'] } }],
    [{ description: 'For us.' }],
    [{ enabled: false }],
    [{ enabled: false, description: null, filter: {} }],
  ])('changes what is given, leaves the rest, and shows it: %j', async (changes) => {
    const before = await get();
    api.home.clock.advance(5000);
    const answer = await patch(changes);
    expect(answer.status).toBe(200);
    expect(updateWebhookContract.answers.ok.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toEqual({ ...before, ...changes, updated_at: new Date(api.home.clock.now()).toISOString() });
    expect(await get()).toEqual(answer.body);
  });

  it('puts a filter in the place of the one before, and merges nothing into it', async () => {
    await patch({ filter: { branch: 'main', iteration: 1 } });
    expect((await patch({ filter: { branch: 'x' } })).body.filter).toEqual({ branch: 'x' });
  });

  it('takes events together with a filter that only they have', async () => {
    const changes = { events: ['service.*'], filter: { service: 'redis' } };
    expect((await patch(changes)).body).toMatchObject(changes);
  });

  it('is given to all who change different things at the same time, and nothing is lost', async () => {
    const changes = [{ description: 'For us.' }, { filter: { branch: 'main' } }, { enabled: false }];
    const answers = await Promise.all(changes.map(patch));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await get()).toMatchObject(Object.assign({}, ...changes));
  });

  it('to enable one that was disabled by itself forgets why, and since when it failed', async () => {
    await fail();
    await disableWebhook(api.home, id, { reason: 'failing', url, failingSinceMs: api.home.clock.now() });
    expect(await get()).toMatchObject({ enabled: false, disabled_reason: 'failing' });
    const { body } = await patch({ enabled: true });
    const again = { enabled: true, disabled_reason: null, disabled_at: null, failing_since: null };
    expect([body, await get()]).toMatchObject([again, again]);
  });

  it('to enable one that is enabled and fails gives it another chance', async () => {
    await fail();
    expect((await get()).failing_since).not.toBeNull();
    expect((await patch({ enabled: true })).body.failing_since).toBeNull();
  });

  it('to send it elsewhere forgets that it failed; any other change does not', async () => {
    await fail();
    const since = new Date(api.home.clock.now()).toISOString();
    expect((await patch({ description: 'x' })).body.failing_since).toBe(since);
    expect((await patch({ enabled: false })).body.failing_since).toBe(since);
    expect((await patch({ url: 'https://hooks.example.org' })).body.failing_since).toBeNull();
  });

  it('to change one that was disabled by itself leaves it so', async () => {
    await disableWebhook(api.home, id, { reason: 'gone', url, failingSinceMs: null });
    expect((await patch({ description: 'x' })).body).toMatchObject({ enabled: false, disabled_reason: 'gone' });
  });

  it('announces first that it was disabled by itself, where a process died before it did', async () => {
    const disabledMs = api.home.clock.now();
    await register({
      seed: 2,
      enabled: false,
      disabledReason: 'gone',
      disabledMs,
      failingSinceMs: null,
      isUnannounced: true,
    });
    api.home.clock.advance(60_000);
    await patch({ enabled: true });
    await patch({ description: 'x' });
    expect(api.home.published).toMatchObject([
      {
        type: 'webhook.disabled',
        timestamp: new Date(disabledMs).toISOString(),
        data: { webhook_id: id, reason: 'gone' },
      },
    ]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  const noField = 'is not a field of the data of any of these events';

  it.each([
    [{}, 'body', 'must change something'],
    [{ url: 'http://10.1.2.3/' }, 'body.url', 'the address 10.1.2.3 is not allowed'],
    [{ filter: { service: 'redis' } }, 'body.filter.service', noField],
    [{ events: ['service.*'] }, 'body.events', 'none has the field branch, which the filter names'],
    [{ events: [] }, 'body.events', 'must name at least one event type'],
    [{ events: ['*', '*'] }, 'body.events.1', 'is named before'],
    [{ enabled: false, secret: 'webhook_signing_secret' }, 'body.secret', 'is not a known field'],
    [{ enabled: false, id: unknownWebhook }, 'body.id', 'is not a known field'],
    [{ enabled: false, disabled_reason: null }, 'body.disabled_reason', 'is not a known field'],
  ])('names the field and what is wrong with it, and changes nothing: %j', async (changes, field, message) => {
    await register({ seed: 2, filter: { branch: 'main' } });
    const before = await get();
    const answer = await patch(changes);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details).toEqual([{ path: field, message }]);
    expect(await get()).toEqual(before);
  });

  it.each([
    [{ url: null }, 'body.url'],
    [{ events: ['pipeline.done'] }, 'body.events.0'],
    [{ filter: null }, 'body.filter'],
    [{ description: 5 }, 'body.description'],
    [{ enabled: null }, 'body.enabled'],
    [[], 'body'],
    [undefined, 'body'],
  ])('is given for a wrong type: %j', async (changes, field) => {
    const answer = await patch(changes);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(field);
  });

  it('names several problems at once', async () => {
    const { details } = (await patch({ url: 'http://10.1.2.3/', filter: { a: 1 } })).body.error;
    expect(details.map((problem: { path: string }) => problem.path)).toEqual(['body.url', 'body.filter.a']);
  });

  it('is given for a filter that does not fit to events that somebody else set meanwhile', async () => {
    const table = api.home.backend.table('webhooks');
    const put = table.put;
    const overtaken = vi.spyOn(table, 'put').mockImplementationOnce(async (...args) => {
      expect((await patch({ events: ['service.restarted'] })).status).toBe(200);
      return put(...args);
    });
    const answer = await patch({ filter: { branch: 'main' } });
    overtaken.mockRestore();
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(await get()).toMatchObject({ events: ['service.restarted'], filter: {} });
  });

  it('is not given for what stands and is not touched', async () => {
    await register({ seed: 2, url: 'http://10.1.2.3/', filter: { gone: 1 } });
    expect((await patch({ description: 'x' })).status).toBe(200);
    expect((await patch({ url })).status).toBe(200);
  });

  it('is given for what is no id of a webhook', async () => {
    const answer = await api.send('PATCH', '/api/v1/webhooks/x', { body: { description: 'x' } });
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('path.id');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no webhook has', async () => {
    const answer = await api.send('PATCH', `/api/v1/webhooks/${unknownWebhook}`, { body: { description: 'x' } });
    expectRefusal(answer, 404, 'NOT_FOUND');
  });

  it('is given when it is deleted at the same time, and it stays deleted', async () => {
    const table = api.home.backend.table('webhooks');
    const put = table.put;
    const overtaken = vi.spyOn(table, 'put').mockImplementationOnce(async (...args) => {
      await api.send('DELETE', path);
      return put(...args);
    });
    expectRefusal(await patch({ description: 'x' }), 404, 'NOT_FOUND');
    overtaken.mockRestore();
    expectRefusal(await api.send('GET', path), 404, 'NOT_FOUND');
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request()));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request()));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of writes', async () => {
    const limited = await openWebhookApi({ RATE_LIMITS: 'write=3' });
    await expectLimited(limited, request(), 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request(), 'webhooks'));
});
