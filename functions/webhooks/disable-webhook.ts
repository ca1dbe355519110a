import type { Home } from '../core/endpoint.ts';
import { isoTime } from '../core/schemas.ts';
import { eventOf, publishEvents } from '../events/contract.ts';
import { type DisabledReason, type Webhook, withAnnounced, withDisabled } from './webhook.ts';
import { changeWebhook } from './webhook-store.ts';

/** From the webhooks' decisions: after five days of nothing but failures a webhook is disabled. */
const hopelessMs = 5 * 24 * 3_600_000;

/** A receiver that fails once, days after it failed before, is given other tries before that counts. */
const hopelessTries = 3;

interface Failing {
  failingSinceMs: number | null;
  /** Of the delivery that failed now, and the most that one has. */
  tries: number;
  triesMax: number;
  nowMs: number;
}

/** Whether a webhook that has failed since then is to be disabled. */
export function isHopeless({ failingSinceMs, tries, triesMax, nowMs }: Failing): boolean {
  return failingSinceMs !== null && tries >= Math.min(hopelessTries, triesMax) && nowMs - failingSinceMs >= hopelessMs;
}

interface Disabling {
  reason: DisabledReason;
  url: string;
  failingSinceMs: number | null;
}

/** Disables a webhook; {@link announceDisabled} is left to do. Nothing happens to one that is disabled or deleted. */
export async function disableWebhook({ backend, log }: Home, id: string, disabling: Disabling): Promise<void> {
  const nowMs = backend.clock.now();
  let isDisabledHere = false;
  await changeWebhook(backend, id, (before) => {
    const after = withDisabled(before, { ...disabling, nowMs });
    isDisabledHere = after !== before;
    return after;
  });
  if (isDisabledHere) log.warn('webhook disabled', { webhook_id: id, reason: disabling.reason });
}

/** Publishes that a webhook was disabled, where that may not have happened. Broken off, it is done again with the same event. */
export async function announceDisabled(
  { backend }: Pick<Home, 'backend'>,
  webhook: Webhook | undefined,
): Promise<void> {
  if (!webhook) return;
  const { id, isUnannounced, disabledMs, disabledReason, failingSinceMs } = webhook;
  if (!isUnannounced || disabledMs === null || disabledReason === null) return;
  await publishEvents(backend, [
    eventOf('webhook.disabled', {
      atMs: disabledMs,
      occurrence: `${id}#${disabledMs}`,
      data: {
        webhook_id: id,
        reason: disabledReason,
        failing_since: failingSinceMs === null ? null : isoTime(failingSinceMs),
      },
    }),
  ]);
  await changeWebhook(backend, id, (now) => withAnnounced(now, disabledMs));
}
