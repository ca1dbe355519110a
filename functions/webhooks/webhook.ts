import { covers, type EventFilter, isMatch } from '../events/contract.ts';

/** Why a webhook was disabled by itself: its receiver answered 410, or nothing but failures for five days. */
export type DisabledReason = 'gone' | 'failing';

/** What is stored of a webhook. Its secrets stand elsewhere. */
export interface Webhook {
  id: string;
  url: string;
  /** Names of event types, `pipeline.*` or `*`. */
  events: string[];
  filter: EventFilter;
  description: string | null;
  enabled: boolean;
  /** Null where it is enabled, or was disabled by a user. */
  disabledReason: DisabledReason | null;
  /** When it was disabled by itself, and whether the event of that may still be unpublished. */
  disabledMs: number | null;
  isUnannounced: boolean;
  /** Since when it had failed when it was disabled. */
  failingSinceMs: number | null;
  createdMs: number;
  updatedMs: number;
  /** Counts the writes; each is made on the revision that was read. */
  writes: number;
}

/** What users decide of a webhook. */
export type WebhookFields = Pick<Webhook, 'url' | 'events' | 'filter' | 'description' | 'enabled'>;

export function newWebhook(id: string, fields: WebhookFields, nowMs: number): Webhook {
  return {
    ...fields,
    id,
    disabledReason: null,
    disabledMs: null,
    isUnannounced: false,
    failingSinceMs: null,
    createdMs: nowMs,
    updatedMs: nowMs,
    writes: 0,
  };
}

/** Whether an event is to be delivered to this webhook. */
export function wants({ enabled, events, filter }: Webhook, { type, data }: { type: string; data: unknown }): boolean {
  return enabled && events.some((pattern) => covers(pattern, type)) && isMatch(filter, data);
}

/** The webhook as a user changed it. To enable it again takes back that it was disabled by itself. */
export function withFields(webhook: Webhook, fields: Partial<WebhookFields>, nowMs: number): Webhook {
  const changed = { ...webhook, ...fields, updatedMs: nowMs };
  if (!changed.enabled) return changed;
  return { ...changed, disabledReason: null, disabledMs: null, failingSinceMs: null };
}

interface Disabling {
  reason: DisabledReason;
  /** Where the attempt went that shows it. */
  url: string;
  failingSinceMs: number | null;
  nowMs: number;
}

/** The webhook disabled by itself; one that is disabled, or has another URL since, stays as it is. */
export function withDisabled(webhook: Webhook, { reason, url, failingSinceMs, nowMs }: Disabling): Webhook {
  if (!webhook.enabled || webhook.url !== url) return webhook;
  return {
    ...webhook,
    enabled: false,
    disabledReason: reason,
    disabledMs: nowMs,
    failingSinceMs,
    isUnannounced: true,
    updatedMs: nowMs,
  };
}

/** The webhook once the event of its being disabled at that time is published. */
export function withAnnounced(webhook: Webhook, disabledMs: number): Webhook {
  return webhook.isUnannounced && webhook.disabledMs === disabledMs ? { ...webhook, isUnannounced: false } : webhook;
}
