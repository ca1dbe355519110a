import { Webhook } from 'standardwebhooks';
import { expect, vi } from 'vitest';
import { type Answer, call, execute, newRepository, pipelineRequest, type Site } from './site.ts';
import type { Inbox, Post } from './webhook-receiver.ts';

export interface WebhookAnswer {
  id: string;
  url: string;
  enabled: boolean;
  disabled_reason: string | null;
  secret: string | null;
}

export interface DeliveryAnswer {
  id: string;
  event_id: string;
  event_type: string;
  test: boolean;
  status: string;
  reason: string | null;
  attempts_total: number;
  attempts: { status: number | null; error: string | null }[];
}

/** An event as it is delivered. */
export interface PostedEvent {
  id: string;
  type: string;
  sequence: number;
  test?: boolean;
  data: Record<string, unknown>;
}

interface Registration {
  events?: string[];
  filter?: Record<string, unknown>;
  enabled?: boolean;
  secret?: string;
}

/**
 * Registers a webhook that posts to the inbox. Unless told it asks for the events of pipelines of a repository that there
 * is not, so that it gets test events alone.
 */
export async function register(site: Site, inbox: Inbox, registration: Registration = {}) {
  const filter = { repo_url: newRepository().url };
  const body = { url: inbox.url, events: ['pipeline.*'], filter, ...registration };
  const answer = await call<WebhookAnswer>(site, 'POST /api/v1/webhooks', { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  const { id, secret } = answer.body;
  return { id, path: `/api/v1/webhooks/${id}`, secret: secret ?? registration.secret ?? '', shown: answer.body };
}

/** As {@link register}, until the test ends. */
export async function registerFor(test: Test, site: Site, inbox: Inbox, registration: Registration = {}) {
  const webhook = await register(site, inbox, registration);
  test.onTestFinished(async () => void (await call(site, `DELETE ${webhook.path}`)));
  return webhook;
}

interface Test {
  onTestFinished(clean: () => Promise<void>): void;
}

/** Starts a pipeline that publishes three events of its repository: it began, its stage ended, it completed. */
export function publishThree(site: Site, repoUrl: string, branch = 'main') {
  return execute(site, pipelineRequest(repoUrl, { stages: ['ingest'], config: { branch } }));
}

/** Sends a test event, and gives the delivery as it stands then. */
export async function sendTest(site: Site, path: string, body?: { type: string }): Promise<DeliveryAnswer> {
  const answer = await call<DeliveryAnswer>(site, `POST ${path}/test`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body;
}

export async function deliveriesOf(site: Site, path: string, query = ''): Promise<DeliveryAnswer[]> {
  const answer: Answer<{ deliveries: DeliveryAnswer[] }> = await call(site, `GET ${path}/deliveries?${query}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.deliveries;
}

/** The delivery of a webhook that has one, as soon as this is true of it. */
export function deliveryOnce(site: Site, path: string, expected: Partial<DeliveryAnswer>): Promise<DeliveryAnswer> {
  return vi.waitFor(
    async () => {
      const deliveries = await deliveriesOf(site, path);
      expect(deliveries).toEqual([expect.objectContaining(expected)]);
      return deliveries[0] as DeliveryAnswer;
    },
    { timeout: 45_000, interval: 100 },
  );
}

/** The event of a post, once the library of Standard Webhooks has found it genuine. A secret without prefix is text. */
export function verified({ headers, body }: Post, secret: string): PostedEvent {
  const webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
  return webhook.verify(body, headers) as PostedEvent;
}

export const idOf = ({ headers }: Post) => String(headers['webhook-id']);
export const eventOf = ({ body }: Post) => JSON.parse(body) as PostedEvent;
export const typesOf = (posts: Post[]) => posts.map((post) => eventOf(post).type).toSorted();

/** What a pipeline of one stage publishes, sorted. */
export const threeTypes = ['pipeline.completed', 'pipeline.stage.completed', 'pipeline.started'];
