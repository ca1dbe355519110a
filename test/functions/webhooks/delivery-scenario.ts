import { expect, vi } from 'vitest';
import type { QueueName } from '../../../backend/resources.ts';
import { eventOf, publishEvents } from '../../../functions/events/contract.ts';
import type { Delivery } from '../../../functions/webhooks/delivery.ts';
import { deliveryOf } from '../../../functions/webhooks/delivery-store.ts';
import { createSecret } from '../../../functions/webhooks/secret-store.ts';
import { newWebhook, type Webhook, type WebhookFields } from '../../../functions/webhooks/webhook.ts';
import { createWebhook, findWebhook } from '../../../functions/webhooks/webhook-store.ts';
import type { Receipt, Receivers } from '../../../platform/receivers/receivers.ts';
import { openHome, type TestHome } from '../open-home.ts';

/** A POST that a receiver got, and when. */
export interface Received {
  url: string;
  headers: Record<string, string>;
  body: string;
  atMs: number;
}

/** What a receiver does with its n-th POST, counted from 1. */
export type Receiver = (nth: number) => Receipt | Promise<Receipt>;

export const secret = 'webhook_signing_secret';

/** An answer of a receiver. */
export function answer(status: number, more: { retryAfter?: string; body?: string } = {}): Receipt {
  return { durationMs: 5, status, retryAfter: null, body: '', isTruncated: false, ...more };
}

/** A home with webhooks whose receivers a test scripts by URL, at a time that it decides. */
export async function openScenario(settings: Record<string, string> = {}) {
  const received: Received[] = [];
  const receivers = new Map<string, Receiver>();
  const counts = new Map<string, number>();
  const post: Receivers['post'] = async ({ url, headers, body }) => {
    received.push({ url, headers, body, atMs: home.clock.now() });
    const nth = (counts.get(url) ?? 0) + 1;
    counts.set(url, nth);
    return (receivers.get(url) ?? (() => answer(200)))(nth);
  };
  const home = await openHome({ settings, receivers: { refusalOf: async () => undefined, post } });
  let made = 0;
  return {
    home,
    received,
    /** Registers a webhook at `https://<name>.example/`. */
    async register(name: string, receiver: Receiver = () => answer(200), fields: Partial<WebhookFields> = {}) {
      made += 1;
      const url = `https://${name}.example/`;
      receivers.set(url, receiver);
      const id = `wh_${String(made).padStart(26, '0')}`;
      const standard = { url, events: ['*'], filter: {}, description: null, enabled: true };
      await createSecret(home.backend, id, secret);
      await createWebhook(home.backend, newWebhook(id, { ...standard, ...fields }, home.clock.now()));
      return { id, url };
    },
    /** Publishes that a pipeline was completed, and gives the event's id. */
    async publish(occurrence = 'once', branch = 'main'): Promise<string> {
      const event = completed(home, occurrence, branch);
      await publishEvents(home.backend, [event]);
      return event.id;
    },
    deliveries: (webhookId: string) => deliveriesOf(home, webhookId),
    webhook: async (id: string) => (await findWebhook(home.backend, id)) as Webhook,
    receivedAt: (url: string) => received.filter((each) => each.url === url),
    /** Lets time pass, a little at a time once it is due, until this holds. */
    async passes(ms: number, holds: () => unknown) {
      home.clock.advance(ms);
      await vi.waitFor(async () => {
        home.clock.advance(1);
        await holds();
      });
    },
  };
}

export type Scenario = Awaited<ReturnType<typeof openScenario>>;

export function completed(home: TestHome, occurrence: string, branch = 'main') {
  const pipeline_id = 'pipe_01jhnkp8r2c5d3v7w9x0y1z2a3';
  const data = { pipeline_id, repo_url: 'http://git/a', branch, iteration: 1, duration_ms: 5 };
  return eventOf('pipeline.completed', { atMs: home.clock.now(), occurrence, data });
}

async function deliveriesOf({ backend }: TestHome, webhookId: string): Promise<Delivery[]> {
  const page = await backend.table('deliveries').query({ partition: webhookId, limit: 100 });
  return page.items.map(deliveryOf);
}

/** The delivery of a webhook that has one, once this holds of it. */
export function deliveryOnce(scenario: Scenario, webhookId: string, expected: Partial<Delivery>): Promise<Delivery> {
  return vi.waitFor(async () => {
    const [delivery] = await scenario.deliveries(webhookId);
    expect(delivery).toMatchObject(expected);
    return delivery as Delivery;
  });
}

/** What lies in a queue's dead letters. */
export async function deadLetters(home: TestHome, queue: QueueName) {
  const letters = await home.queueOf(queue).deadLetters();
  return letters.map(({ body }) => body);
}
