import { isoTime } from '../core/schemas.ts';
import type { Webhook } from './webhook.ts';
import type { WebhookView } from './webhook-schemas.ts';

/** A webhook as the API shows it, with since when it fails, in epoch milliseconds. */
export function webhookView(webhook: Webhook, failingSinceMs: number | null): WebhookView {
  const { id, url, events, filter, description, enabled, disabledReason, disabledMs, createdMs, updatedMs } = webhook;
  const sinceMs = failingSinceMs ?? webhook.failingSinceMs;
  return {
    id,
    url,
    events,
    filter,
    description,
    enabled,
    disabled_reason: disabledReason,
    disabled_at: disabledMs === null ? null : isoTime(disabledMs),
    failing_since: sinceMs === null ? null : isoTime(sinceMs),
    created_at: isoTime(createdMs),
    updated_at: isoTime(updatedMs),
  };
}
