import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getWebhookContract } from '../../../functions/webhooks/contract.ts';
import { expectFaultHidden, expectLimited, expectRefusal, expectTokenRequired } from '../refusals.ts';
import { openWebhookApi, storedWebhook, unknownWebhook, type WebhookApi } from './webhook-api.ts';

let api: WebhookApi;
beforeEach(async () => {
  api = await openWebhookApi();
});
afterEach(() => api.close());

const pathOf = (id: string) => `/api/v1/webhooks/${id}`;
const get = (id: string) => api.send('GET', pathOf(id));
const request = { method: 'GET', path: pathOf(unknownWebhook) };

describe('200', () => {
  it('shows the webhook as it was registered, and nothing of its secret', async () => {
    const { secret, ...webhook } = await api.register({ filter: { branch: 'main' }, description: 'For us.' });
    const answer = await get(webhook.id);
    expect([answer.status, answer.body]).toEqual([200, webhook]);
    expect(getWebhookContract.answers.ok.body.parse(answer.body)).toEqual(answer.body);
    expect(answer.text).not.toContain(secret);
    expect(answer.text).not.toContain('whsec_');
  });

  it('tells why and when one was disabled by itself, and since when it had failed', async () => {
    const [disabledMs, failingSinceMs] = [api.home.clock.now(), api.home.clock.now() - 5000];
    const disabled = { enabled: false, disabledReason: 'failing', disabledMs, failingSinceMs } as const;
    const { id } = await storedWebhook(api.home, disabled);
    const { body } = await get(id);
    expect(getWebhookContract.answers.ok.body.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      enabled: false,
      disabled_reason: 'failing',
      disabled_at: new Date(disabledMs).toISOString(),
      failing_since: new Date(failingSinceMs).toISOString(),
    });
  });
});

describe('400 VALIDATION_ERROR', () => {
  it.each(['x', 'wh_1', `${unknownWebhook}0`, unknownWebhook.toUpperCase(), unknownWebhook.replace('wh', 'dlv')])(
    'is given for what is no id of a webhook: %s',
    async (id) => {
      const answer = await get(id);
      expectRefusal(answer, 400, 'VALIDATION_ERROR');
      expect(answer.body.error.details[0].path).toBe('path.id');
    },
  );
});

describe('401 UNAUTHORIZED', () => {
  it('is given without a valid token', () => expectTokenRequired(api, request));
});

describe('404 NOT_FOUND', () => {
  it('is given for an id that no webhook has', async () => {
    const answer = await get(unknownWebhook);
    expectRefusal(answer, 404, 'NOT_FOUND');
    expect(answer.body.error.message).toBe('There is no webhook of this id.');
  });
});

describe('429 RATE_LIMITED', () => {
  it('is given beyond the limit of reads', async () => {
    const limited = await openWebhookApi({ RATE_LIMITS: 'read=3' });
    await expectLimited(limited, request, 3);
    await limited.close();
  });
});

describe('500 INTERNAL', () => {
  it('is given for a fault, and hides it', () => expectFaultHidden(api, request, 'webhooks'));
});
