import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSecrets } from '../../../functions/webhooks/secret-store.ts';
import { takeSlot, trafficKey } from '../../../functions/webhooks/traffic.ts';
import { dyingBackend } from '../pipelines/dying-backend.ts';
import {
  expectFaultHidden,
  expectJsonOnly,
  expectLimited,
  expectRefusal,
  expectTokenRequired,
  expectTooLarge,
} from '../refusals.ts';
import { openWebhookApi, storedDelivery, unknownWebhook, type WebhookApi } from './webhook-api.ts';

let api: WebhookApi;
beforeEach(async () => {
  api = await openWebhookApi();
});
afterEach(() => api.close());

const pathOf = (id: string) => `/api/v1/webhooks/${id}`;
const remove = (id: string) => api.send('DELETE', pathOf(id));
const request = { method: 'DELETE', path: pathOf(unknownWebhook) };

/** What is stored of a webhook beside its deliveries. */
async function partsOf(id: string) {
  const { backend } = api.home;
  const [webhook, traffic] = await Promise.all(
    [{ pk: 'webhook', sk: id }, trafficKey(id)].map((key) => backend.table('webhooks').get(key)),
  );
  return [webhook, traffic, await findSecrets(backend, id)].filter((part) => part !== undefined);
}

describe('204', () => {
  it('has no body, and nothing is left: neither webhook nor secrets nor what goes on with it', async () => {
    const { id } = await api.register();
    await takeSlot(api.home.backend, id, api.home.clock.now());
    expect(await partsOf(id)).toHaveLength(3);
    const { status, text, headers } = await remove(id);
    expect([status, text, headers.get('content-type')]).toEqual([204, '', null]);
    expect(await partsOf(id)).toEqual([]);
    expectRefusal(await api.send('GET', pathOf(id)), 404, 'NOT_FOUND');
    expect((await api.send('GET', '/api/v1/webhooks')).body.webhooks).toEqual([]);
  });

  it('leaves other webhooks as they are', async () => {
    const [one, other] = [await api.register(), await api.register()];
    await remove(one.id);
    expect(await partsOf(other.id)).toHaveLength(2);
    expect((await api.send('GET', pathOf(other.id))).status).toBe(200);
  });

  it('hides its deliveries too', async () => {
    const { id } = await api.register();
    const delivery = await storedDelivery(api.home, id);
    const path = `${pathOf(id)}/deliveries`;
    expect((await api.send('GET', `${path}/${delivery.id}`)).status).toBe(200);
    await remove(id);
    expectRefusal(await api.send('GET', path), 404, 'NOT_FOUND');
    expectRefusal(await api.send('GET', `${path}/${delivery.id}`), 404, 'NOT_FOUND');
  });

  it.each([1, 2, 3])('leaves nothing when it is asked for again after its process died at write %i', async (writes) => {
    const { id } = await api.register();
    await takeSlot(api.home.backend, id, api.home.clock.now());
    const { backend } = api.home;
    api.home.backend = dyingBackend(backend, writes, false);
    const { status } = await remove(id);
    api.home.backend = backend;
    expect([status, (await remove(id)).status]).toEqual([500, writes === 1 ? 204 : 404]);
    expect(await partsOf(id)).toEqual([]);
  });
});

describe('400 VALIDATION_ERROR', () => {
  it('is given for what is no id of a webhook', async () => {
    const answer = await remove('x');
    expectRefusal(answer, 400, 'VALIDATION_ERROR');
    expect(answer.body.error.details[0].path).toBe('path.id');
  });

  it('is given for a body', async () => {
    const { id } = await api.register();
    expectRefusal(await api.send('DELETE', pathOf(id), { body: { force: true } }), 400, 'VALIDATION_ERROR');
    expect(await partsOf(id)).toHaveLength(2);
  });
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no webhook has, and for one that is deleted', async () => {
    expectRefusal(await remove(unknownWebhook), 404, 'NOT_FOUND');
    const { id } = await api.register();
    await remove(id);
    expectRefusal(await remove(id), 404, 'NOT_FOUND');
  });

  it('is given to all but one who delete it at the same time', async () => {
    const { id } = await api.register();
    const answers = await Promise.all([remove(id), remove(id), remove(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404, 404]);
  });
});

describe('413 PAYLOAD_TOO_LARGE', () => {
  it('is given beyond 256 KiB', () => expectTooLarge(api, request));
});

describe('415 UNSUPPORTED_MEDIA_TYPE', () => {
  it('is given to anything but JSON', () => expectJsonOnly(api, request));
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of writes', async () => {
    const limited = await openWebhookApi({ RATE_LIMITS: 'write=3' });
    await expectLimited(limited, request, 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'webhooks'));
});
