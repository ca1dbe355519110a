import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotateWebhookSecretContract } from '../../../functions/webhooks/contract.ts';
import { deleteSecrets, findSecrets } from '../../../functions/webhooks/secret-store.ts';
import { dyingBackend } from '../pipelines/dying-backend.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { openWebhookApi, signersOf, soon, unknownWebhook, type WebhookApi } from './webhook-api.ts';

const first = 'the-first-signing-secret';
const second = 'the-second-signing-secret';
const dayMs = 24 * 3_600_000;

let api: WebhookApi;
let id: string;
beforeEach(async () => {
  api = await openWebhookApi();
  ({ id } = await api.register({ secret: first }));
});
afterEach(() => api.close());

const pathOf = (webhook: string) => `/api/v1/webhooks/${webhook}/rotate-secret`;
const rotate = (body?: object, headers = {}) => api.send('POST', pathOf(id), { body, headers });
const request = () => ({ method: 'POST', path: pathOf(id) });
const inADay = () => new Date(api.home.clock.now() + dayMs).toISOString();

/** Which of these secrets sign what is sent now. */
async function signers(...secrets: string[]): Promise<string[]> {
  const posts = api.receiver.posts.length;
  await api.send('POST', `/api/v1/webhooks/${id}/test`);
  await expect.poll(() => api.receiver.posts.length, soon).toBe(posts + 1);
  const [post] = api.receiver.posts.slice(-1);
  return post ? signersOf(post, secrets) : [];
}

describe('200', () => {
  it('shows the secret that was made, this once, and until when the one before signs', async () => {
    const { status, body } = await rotate();
    expect(status).toBe(200);
    expect(rotateWebhookSecretContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toEqual({
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32}$/),
      previous_secrets_sign_until: inADay(),
    });
    expect((await findSecrets(api.home.backend, id))?.current).toBe(body.secret);
  });

  it('does not show a secret that was brought', async () => {
    const answer = await rotate({ secret: second });
    expect([answer.status, answer.body]).toEqual([200, { secret: null, previous_secrets_sign_until: inADay() }]);
    expect(answer.text).not.toContain(second);
  });

  it('both secrets sign for 24 hours, and then the new one alone', async () => {
    await rotate({ secret: second });
    expect(await signers(first, second)).toEqual([first, second]);
    api.home.clock.advance(dayMs - 1);
    expect(await signers(first, second)).toEqual([first, second]);
    api.home.clock.advance(1);
    expect(await signers(first, second)).toEqual([second]);
  });

  it('to the secret that signs already changes nothing, and tells how long earlier ones still sign, if any', async () => {
    expect((await rotate({ secret: first })).body.previous_secrets_sign_until).toBeNull();
    const { body } = await rotate({ secret: second });
    api.home.clock.advance(dayMs - 1000);
    expect((await rotate({ secret: second })).body).toEqual(body);
    expect(await signers(first, second)).toEqual([first, second]);
    api.home.clock.advance(1000);
    expect((await rotate({ secret: second })).body.previous_secrets_sign_until).toBeNull();
  });

  it('sent twice under an Idempotency-Key rotates once, and shows the same secret', async () => {
    const headers = { 'idempotency-key': 'key' };
    const made = await rotate({}, headers);
    const again = await rotate({}, headers);
    expect([again.status, again.text]).toEqual([200, made.text]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await findSecrets(api.home.backend, id))?.previous.map(({ secret }) => secret)).toEqual([first]);
  });

  it.each([1, 2, 3])(
    'comes of the same request again after its process died at write %i: what is shown signs, and what was before too',
    async (writes) => {
      const headers = { 'idempotency-key': 'key' };
      const { backend } = api.home;
      api.home.backend = dyingBackend(backend, writes, false);
      const { status } = await rotate({}, headers);
      api.home.backend = backend;
      api.home.clock.advance(33_000);
      const { body } = await rotate({}, headers);
      expect([status, await signers(first, body.secret)]).toEqual([500, [first, body.secret]]);
    },
  );

  it('leaves the webhook as it is, and other webhooks too', async () => {
    const other = await api.register();
    const { body } = await api.send('GET', `/api/v1/webhooks/${id}`);
    await rotate();
    expect((await api.send('GET', `/api/v1/webhooks/${id}`)).body).toEqual(body);
    expect((await findSecrets(api.home.backend, other.id))?.current).toBe(other.secret);
  });

  it('is given to all who rotate at the same time: one secret signs, and those before it', async () => {
    const answers = await Promise.all([rotate(), rotate()]);
    const made = answers.map(({ body }) => body.secret);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await signers(first, ...made)).sort()).toEqual([first, ...made].sort());
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each([
    [{ secret: 'x'.repeat(15) }, 'body.secret'],
    [{ secret: 'x'.repeat(257) }, 'body.secret'],
    [{ secret: 'whsec_c2hvcnQ=' }, 'body.secret'],
    [{ secret: null }, 'body.secret'],
    [{ key: second }, 'body.key'],
    [[], 'body'],
  ])('is given for a wrong body, with the path, and nothing is rotated (%#)', async (body, field) => {
    const answer = await rotate(body);
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe(field);
    expect(await findSecrets(api.home.backend, id)).toMatchObject({ current: first, previous: [] });
  });

  it('is given for what is no id of a webhook', async () => {
    const answer = await api.send('POST', pathOf('x'));
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('path.id');
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request()));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no webhook has', async () => {
    expectRefusal(await api.send('POST', pathOf(unknownWebhook)), 404, 'NOT_FOUND');
  });

  it('is given when the webhook is deleted at the same time, and makes no secret', async () => {
    await deleteSecrets(api.home.backend, id);
    expectRefusal(await rotate(), 404, 'NOT_FOUND');
    expect(await findSecrets(api.home.backend, id)).toBeUndefined();
  });
});

describe('409 CONFLICT', () => {
  it('is given while five earlier secrets sign, and no longer once they do not', async () => {
    for (let times = 0; times < 5; times += 1) await rotate();
    const answer = await rotate();
    expectRefusal(answer, 409, 'CONFLICT');
    expect(answer.body.error.message).toBe('Five earlier secrets still sign. Rotate later.');
    api.home.clock.advance(dayMs);
    expect((await rotate()).status).toBe(200);
  });

  it('is given while a request under the same Idempotency-Key runs', async () => {
    const headers = { 'idempotency-key': 'key' };
    const answers = await Promise.all([rotate({}, headers), rotate({}, headers)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request()));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request()));
});

describe('422 IDEMPOTENCY_MISMATCH', () => {
  it('is given for a key that was used with another request', async () => {
    const headers = { 'idempotency-key': 'key' };
    await rotate({}, headers);
    expectRefusal(await rotate({ secret: second }, headers), 422, 'IDEMPOTENCY_MISMATCH');
    const other = await api.register();
    expectRefusal(await api.send('POST', pathOf(other.id), { body: {}, headers }), 422, 'IDEMPOTENCY_MISMATCH');
  });
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
