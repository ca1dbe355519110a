import { type Backend, type Item, isApplied } from '../../backend/backend.ts';
import { untilUnchanged } from '../core/revision.ts';
import type { Webhook } from './webhook.ts';

type Tables = Pick<Backend, 'table'>;

/** The partition of all webhooks, sorted by id. */
export const allWebhooks = 'webhook';

/** The most webhooks that can be registered; an event is compared with each. */
export const webhooksMax = 100;

export async function findWebhook(backend: Tables, id: string): Promise<Webhook | undefined> {
  const item = await backend.table('webhooks').get({ pk: allWebhooks, sk: id });
  return item && webhookOf(item);
}

/** All webhooks, oldest first. */
export async function loadWebhooks(backend: Tables): Promise<Webhook[]> {
  const limit = webhooksMax * 2;
  const page = await backend.table('webhooks').query({ partition: allWebhooks, order: 'oldest', limit });
  return page.items.map(webhookOf);
}

/** Stores a new webhook; one with this id that is stored already stays as it is. */
export async function createWebhook(backend: Tables, webhook: Webhook): Promise<void> {
  await isApplied(backend.table('webhooks').put({ ...webhook, pk: allWebhooks, sk: webhook.id }, { exists: false }));
}

/**
 * Changes a webhook by a pure rule, which is asked again when somebody else wrote first. A rule that gives its argument
 * back costs no write. Undefined where there is none (any more).
 */
export function changeWebhook(
  backend: Tables,
  id: string,
  rule: (webhook: Webhook) => Webhook,
): Promise<Webhook | undefined> {
  return untilUnchanged(async () => {
    const before = await findWebhook(backend, id);
    if (!before) return undefined;
    const after = rule(before);
    if (after === before) return before;
    const stored = { ...after, writes: before.writes + 1 };
    await backend.table('webhooks').put({ ...stored, pk: allWebhooks, sk: id }, { equals: { writes: before.writes } });
    return stored;
  });
}

/** Whether there was one to delete. */
export function deleteWebhook(backend: Tables, id: string): Promise<boolean> {
  return isApplied(backend.table('webhooks').delete({ pk: allWebhooks, sk: id }, { exists: true }));
}

/** A stored item as the webhook that it is. */
export function webhookOf({ pk: _pk, sk: _sk, ...fields }: Readonly<Item>): Webhook {
  return fields as unknown as Webhook;
}
