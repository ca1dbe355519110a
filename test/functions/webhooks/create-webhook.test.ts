import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWebhookContract } from '../../../functions/webhooks/contract.ts';
import { findSecrets } from '../../../functions/webhooks/secret-store.ts';
import { loadWebhooks } from '../../../functions/webhooks/webhook-store.ts';
import { dyingBackend } from '../pipelines/dying-backend.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { openWebhookApi, storedWebhook, url, type WebhookApi } from './webhook-api.ts';

let api: WebhookApi;
beforeEach(async () => {
  api = await openWebhookApi();
});
afterEach(() => api.close());

const path = '/api/v1/webhooks';
const body = { url, events: ['pipeline.completed', 'pipeline.failed'] };
const request = { method: 'POST', path, body };
const create = (changes: object = {}, headers = {}) =>
  api.send('POST', path, { body: { ...body, ...changes }, headers });
const stored = () => loadWebhooks(api.home.backend);

describe('201', () => {
  it('shows the webhook with its defaults and the secret that was made, and where it can be read', async () => {
    const answer = await create();
    expect(answer.status).toBe(201);
    expect(createWebhookContract.answers.created.body.parse(answer.body)).toEqual(answer.body);
    const now = new Date(api.home.clock.now()).toISOString();
    expect(answer.body).toEqual({
      ...body,
      id: expect.stringMatching(/^wh_/),
      filter: {},
      description: null,
      enabled: true,
      disabled_reason: null,
      disabled_at: null,
      failing_since: null,
      created_at: now,
      updated_at: now,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32}$/),
    });
    expect(answer.headers.get('location')).toBe(`${path}/${answer.body.id}`);
    const { secret: _, ...webhook } = answer.body;
    expect((await api.send('GET', answer.headers.get('location') ?? '')).body).toEqual(webhook);
  });

  it('keeps all that is given, and does not show a secret that was brought', async () => {
    const given = { filter: { 'error.code': ['TIMEOUT', null], iteration: 2 }, description: 'For us.', enabled: false };
    const answer = await create({ ...given, secret: 'webhook_signing_secret' });
    expect(answer.body).toMatchObject({ ...body, ...given, secret: null });
    expect(answer.text).not.toContain('webhook_signing_secret');
    expect((await findSecrets(api.home.backend, answer.body.id))?.current).toBe('webhook_signing_secret');
  });

  it.each([
    ['of an address that is public', 'http://1.1.1.1:8080/a?b=c'],
    ['of a service of the catalogue, which is inside', 'http://omni-gitea:3000/hook', '10.0.0.5'],
    ['of a name that stands for a public address', 'https://hooks.example.com', '1.1.1.1'],
  ])('takes the URL %s, as it is written', async (_, allowed, address = '1.1.1.1') => {
    api.receiver.address = address;
    expect((await create({ url: allowed })).body.url).toBe(allowed);
  });

  it('takes patterns of event types, and an event both by pattern and by name', async () => {
    const events = ['pipeline.*', 'pipeline.stage.*', '*', 'pipeline.failed', 'webhook.disabled'];
    expect((await create({ events })).body.events).toEqual(events);
  });

  it('sent twice makes two webhooks, with a secret each', async () => {
    const [one, other] = [await create(), await create()];
    expect(one.body.id).not.toBe(other.body.id);
    expect(one.body.secret).not.toBe(other.body.secret);
  });

  it('sent twice under an Idempotency-Key makes one webhook, and is answered the same', async () => {
    const headers = { 'idempotency-key': 'key' };
    const first = await create({}, headers);
    const again = await create({}, headers);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await stored()).toHaveLength(1);
  });

  it.each(Array.from({ length: 6 }, (_, writes) => writes))(
    'comes of the same request again after its process died at write %i, with one webhook and the secret that signs',
    async (writes) => {
      const headers = { 'idempotency-key': 'key' };
      const { backend } = api.home;
      for (const isAnswerLost of [false, true]) {
        api.home.backend = dyingBackend(backend, writes, isAnswerLost);
        const { status } = await create({}, headers);
        api.home.backend = backend;
        api.home.clock.advance(33_000);
        const first = (await stored())[0]?.id;
        const answer = await create({}, headers);
        expect([status === 201 || status === 500, answer.status]).toEqual([true, 201]);
        expect(await stored()).toHaveLength(1);
        expect(answer.body.id).toBe(first ?? answer.body.id);
        expect((await findSecrets(backend, answer.body.id))?.current).toBe(answer.body.secret);
      }
    },
  );
});

describe('400 VALIDATION_ERROR', () => {
  const notAllowed = (address: string) => `the address ${address} is not allowed`;
  const noField = 'is not a field of the data of any of these events';

  it.each([
    [{ url: 'hooks.example.com' }, 'body.url', 'the URL cannot be parsed'],
    [{ url: 'ftp://hooks.example.com' }, 'body.url', 'the URL is neither http nor https'],
    [{ url: 'https://me:pass@hooks.example.com' }, 'body.url', 'the URL has a user name or a password'],
    [{ url: 'http://127.0.0.1/' }, 'body.url', notAllowed('127.0.0.1')],
    [{ url: 'http://2130706433/' }, 'body.url', notAllowed('127.0.0.1')],
    [{ url: 'http://[::1]/' }, 'body.url', notAllowed('::1')],
    [{ url: 'http://10.1.2.3/' }, 'body.url', notAllowed('10.1.2.3')],
    [{ url: 'http://169.254.169.254/latest' }, 'body.url', notAllowed('169.254.169.254')],
    [{ filter: { service: 'redis' } }, 'body.filter.service', noField],
    [{ filter: { 'error.codes': 'x' } }, 'body.filter.error.codes', noField],
    [{ filter: { toString: 'x' } }, 'body.filter.toString', noField],
    [{ events: [] }, 'body.events', 'must name at least one event type'],
    [{ events: ['*', 'pipeline.*', '*'] }, 'body.events.2', 'is named before'],
    [{ secret: 'x'.repeat(15) }, 'body.secret', 'must have 16 to 256 characters'],
    [{ secret: 'whsec_c2hvcnQ=' }, 'body.secret', 'must be 24 to 64 bytes in Base64 after whsec_'],
    [{ secret: 'whsec_!' }, 'body.secret', 'must be Base64, with its padding, after whsec_'],
    [{ active: true }, 'body.active', 'is not a known field'],
    [{ url: undefined }, 'body.url', 'is required'],
    [{ events: undefined }, 'body.events', 'is required'],
  ])('names the field and what is wrong with it (%#)', async (changes, field, message) => {
    const answer = await create(changes);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details).toEqual([{ path: field, message }]);
    expect(await stored()).toEqual([]);
  });

  it.each([
    [{ url: '' }, 'body.url'],
    [{ url: `https://hooks.example.com/${'x'.repeat(2048)}` }, 'body.url'],
    [{ url: 5 }, 'body.url'],
    [{ events: ['pipeline.exploded'] }, 'body.events.0'],
    [{ events: ['pipeline'] }, 'body.events.0'],
    [{ events: ['pipeline*'] }, 'body.events.0'],
    [{ events: ['.*'] }, 'body.events.0'],
    [{ events: ['toString'] }, 'body.events.0'],
    [{ events: 'pipeline.completed' }, 'body.events'],
    [{ events: null }, 'body.events'],
    [{ filter: null }, 'body.filter'],
    [{ filter: { branch: { is: 'main' } } }, 'body.filter.branch'],
    [{ filter: { branch: [] } }, 'body.filter.branch'],
    [{ description: 'x'.repeat(501) }, 'body.description'],
    [{ enabled: 'yes' }, 'body.enabled'],
    [{ secret: 5 }, 'body.secret'],
    [{ secret: null }, 'body.secret'],
  ])('is given for a wrong value, with its path (%#)', async (changes, field) => {
    const answer = await create(changes);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details.map((problem: { path: string }) => problem.path)).toEqual([field]);
  });

  it('is given for a name that stands for an address inside', async () => {
    api.receiver.address = '10.1.2.3';
    const answer = await create();
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details).toEqual([{ path: 'body.url', message: notAllowed('10.1.2.3') }]);
  });

  it('names what is wrong with the event type, and which there are', async () => {
    const { details } = (await create({ events: ['pipeline.done'] })).body.error;
    expect(details[0].message).toMatch(/^is not an event type, nor a pattern .*pipeline\.completed.*workflow\.failed$/);
  });

  it('names several problems at once', async () => {
    const wrong = { url: 5, events: ['x', 'pipeline.failed', 'y'], secret: 'short', active: true };
    const answer = await create(wrong);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    const paths = answer.body.error.details.map((problem: { path: string }) => problem.path);
    expect(paths.sort()).toEqual(['body.active', 'body.events.0', 'body.events.2', 'body.secret', 'body.url']);
    const { details } = (await create({ url: 'http://10.1.2.3/', filter: { a: 1, b: 2 } })).body.error;
    expect(details.map((problem: { path: string }) => problem.path)).toEqual([
      'body.url',
      'body.filter.a',
      'body.filter.b',
    ]);
  });

  it.each([undefined, null, [], '{'])('is given for a body that is none: %j', async (none) => {
    expectRefusal(await api.send('POST', path, { body: none }), 400, 'VALIDATION_ERROR');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('409 CONFLICT', () => {
  const fill = async (count: number) => {
    for (let seed = 0; seed < count; seed += 1) await storedWebhook(api.home, { seed });
    api.home.clock.advance(1000);
  };

  it('is given to the 101st webhook, and leaves neither it nor its secret', async () => {
    await fill(99);
    expect((await create()).status).toBe(201);
    const deleted = vi.spyOn(api.home.backend.table('signing-secrets'), 'delete');
    const answer = await create();
    expectRefusal(answer, 409, 'CONFLICT');
    expect(answer.body.error.message).toBe('There are 100 webhooks, which is the most. Delete one first.');
    expect(await stored()).toHaveLength(100);
    const { pk = '' } = deleted.mock.calls[0]?.[0] ?? {};
    expect([pk.slice(0, 3), await findSecrets(api.home.backend, pk)]).toEqual(['wh_', undefined]);
    deleted.mockRestore();
  });

  it('is no longer given once one is deleted', async () => {
    await fill(100);
    const [first] = await stored();
    expectRefusal(await create(), 409, 'CONFLICT');
    await api.send('DELETE', `${path}/${first?.id}`);
    expect((await create()).status).toBe(201);
  });

  it('is given to all but one of those who register at once where there are 99', async () => {
    await fill(99);
    const answers = await Promise.all([create(), create(), create()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await stored()).toHaveLength(100);
  });

  it('is given at 100 also to one that began before another took the last place', async () => {
    await fill(99);
    const table = api.home.backend.table('webhooks');
    const put = table.put;
    const overtaken = vi.spyOn(table, 'put').mockImplementationOnce(async (...args) => {
      expect((await create()).status).toBe(201);
      return put(...args);
    });
    expectRefusal(await create(), 409, 'CONFLICT');
    overtaken.mockRestore();
    expect(await stored()).toHaveLength(100);
  });

  it('is given while a request under the same Idempotency-Key runs', async () => {
    const headers = { 'idempotency-key': 'key' };
    const answers = await Promise.all([create({}, headers), create({}, headers)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await stored()).toHaveLength(1);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request));
});

describe('422 IDEMPOTENCY_MISMATCH', () => {
  it('is given for a key that was used with another request', async () => {
    const headers = { 'idempotency-key': 'key' };
    await create({}, headers);
    expectRefusal(await create({ description: 'other' }, headers), 422, 'IDEMPOTENCY_MISMATCH');
    expect(await stored()).toHaveLength(1);
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given to the 21st registration in an hour, and no longer in the next', async () => {
    const limited = await openWebhookApi({ RATE_LIMITS: '' });
    await expectLimited(limited, request, 20);
    limited.home.clock.advance(3_600_000);
    await limited.register();
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'webhooks'));
});
