import { createHmac } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { expect } from 'vitest';
import { idFrom } from '../../../functions/core/ids.ts';
import { type Delivery, newDelivery } from '../../../functions/webhooks/delivery.ts';
import { createDelivery } from '../../../functions/webhooks/delivery-store.ts';
import { keyOf } from '../../../functions/webhooks/signing-secret.ts';
import { newWebhook, type Webhook, type WebhookFields } from '../../../functions/webhooks/webhook.ts';
import { createWebhook } from '../../../functions/webhooks/webhook-store.ts';
import type { ReceiverMessage } from '../../../platform/receivers/receiver-post.ts';
import { createReceivers, type Receipt, type Receivers } from '../../../platform/receivers/receivers.ts';
import { openApi, type TestAnswer, type TestApi } from '../open-api.ts';
import { bundledCatalogue, type TestHome } from '../open-home.ts';

/** The API, with a receiver behind every webhook that the test decides. Nothing goes over the network. */
export interface WebhookApi extends TestApi {
  receiver: ScriptedReceiver;
  /** Registers a webhook for all events, unless told otherwise, and gives the body of the answer. */
  register(fields?: Record<string, unknown>): Promise<TestAnswer['body']>;
}

/** Limits of rates that no test meets which does not ask for them. */
const roomy = 'webhook_registration=1000,write=1000,read=1000';

export async function openWebhookApi(settings: Record<string, string> = {}): Promise<WebhookApi> {
  const receiver = scriptedReceiver();
  const api = await openApi({ settings: { RATE_LIMITS: roomy, ...settings }, receivers: receiver });
  return {
    ...api,
    receiver,
    async register(fields = {}) {
      const answer = await api.send('POST', '/api/v1/webhooks', { body: { url, events: ['*'], ...fields } });
      expect(answer.status, answer.text).toBe(201);
      return answer.body;
    },
  };
}

export const url = 'https://hooks.example.com/in';

/** For `expect.poll`: looks often, and waits long on a machine that is busy. */
export const soon = { interval: 5, timeout: 10_000 };

/** An id as webhooks have it, of one that was never registered. */
export const unknownWebhook = 'wh_01jhnkp8r2c5d3v7w9x0y1z2a3';
export const unknownDelivery = 'dlv_01jhnkp8r2c5d3v7w9x0y1z2a3';

export interface ScriptedReceiver extends Receivers {
  /** What was posted, oldest first. */
  posts: ReceiverMessage[];
  /** What comes of each post; 200 unless the test decides otherwise. */
  answer: (message: ReceiverMessage) => Receipt | Promise<Receipt>;
  /** The address that every host's name stands for. */
  address: string;
}

/** Refuses URLs as the real one does, by addresses that the test decides. */
function scriptedReceiver(): ScriptedReceiver {
  const resolve = async (): Promise<LookupAddress[]> => [{ address: scripted.address, family: 4 }];
  const { refusalOf } = createReceivers({ catalogue: bundledCatalogue(), allow: [], resolve });
  const scripted: ScriptedReceiver = {
    posts: [],
    answer: () => answered(200),
    address: '1.1.1.1',
    refusalOf,
    post: async (message) => {
      scripted.posts.push(message);
      return scripted.answer(message);
    },
  };
  return scripted;
}

export function answered(status: number): Receipt {
  return { durationMs: 12, status, retryAfter: null, body: 'text', isTruncated: false };
}

/** Which of these secrets have signed a message, as Standard Webhooks say. */
export function signersOf({ headers, body }: ReceiverMessage, secrets: readonly string[]): string[] {
  const signatures = headers['webhook-signature']?.split(' ') ?? [];
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return secrets.filter((secret) =>
    signatures.includes(`v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`),
  );
}

const fieldsUnlessTold: WebhookFields = { url, events: ['*'], filter: {}, description: null, enabled: true };

/** Stores a webhook without the API: it has no secret. Given a number, its id is the same for the same number and time. */
export async function storedWebhook(
  { backend, clock }: TestHome,
  { seed = 0, ...fields }: Partial<Webhook> & { seed?: number } = {},
): Promise<Webhook> {
  const webhook = { ...newWebhook(idFrom('wh', clock.now(), String(seed)), fieldsUnlessTold, clock.now()), ...fields };
  await createWebhook(backend, webhook);
  return webhook;
}

/** Stores a delivery that no message asks for, of an event that happens now; a second later than the one before. */
export async function storedDelivery(
  { backend, clock }: TestHome,
  webhookId: string,
  fields: Partial<Delivery> = {},
): Promise<Delivery> {
  clock.advance(1000);
  const createdMs = clock.now();
  const eventId = idFrom('evt', createdMs, 'x');
  const event = { id: eventId, type: 'pipeline.completed' };
  const delivery = {
    ...newDelivery({
      id: idFrom('dlv', createdMs, webhookId),
      webhookId,
      eventId,
      eventType: event.type,
      body: JSON.stringify(event),
      isTest: false,
      createdMs,
    }),
    ...fields,
  };
  await createDelivery(backend, delivery);
  return delivery;
}
