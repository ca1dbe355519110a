import { ConditionFailed } from '../../backend/backend.ts';
import type { Receipt } from '../../platform/receivers/receivers.ts';
import type { Home } from '../core/endpoint.ts';
import { version } from '../core/version.ts';
import { type Delivery, isAccepted, isGone, withAttempt, withCancellation } from './delivery.ts';
import { attemptReading, endReading } from './delivery-reading.ts';
import { storeDelivery } from './delivery-store.ts';
import { announceDisabled, disableWebhook, isHopeless } from './disable-webhook.ts';
import { findSecrets } from './secret-store.ts';
import { signatureHeaders } from './signature.ts';
import { signingSecrets } from './signing-secret.ts';
import { giveBack, loadFailure, type Showing, type Slot } from './traffic.ts';
import type { Webhook } from './webhook.ts';
import { findWebhook } from './webhook-store.ts';

interface Attempted {
  webhook: Webhook;
  delivery: Delivery;
  slot: Slot;
}

/**
 * Sends a delivery to its receiver once, stores what came of it and gives the slot back. Gives the delivery as it is then;
 * undefined when another attempt at the same delivery was stored meanwhile.
 */
export async function attemptDelivery(home: Home, attempted: Attempted): Promise<Delivery | undefined> {
  const { backend } = home;
  let showing: Showing = 'none';
  try {
    const startedMs = backend.clock.now();
    const receipt = await send(home, attempted, startedMs);
    showing = isAccepted(receipt) ? 'accepts' : 'fails';
    return await settle(home, attempted, { receipt, startedMs });
  } finally {
    await giveBack(backend, attempted.slot, showing, backend.clock.now());
  }
}

/**
 * Counts as a failed try of a delivery to a webhook that fails while others are tried in its place: what waits for a
 * receiver that is down is tried as often as it is written, however much there is of it.
 */
export async function passOver(home: Home, delivery: Delivery): Promise<Delivery | undefined> {
  const { backend, settings } = home;
  const nowMs = backend.clock.now();
  const receipt = { durationMs: 0, error: 'passed over: the receiver fails, and other deliveries were tried instead' };
  const tried = { startedMs: nowMs, nowMs, receipt, delays: settings.webhookRetryDelays, random: Math.random() };
  return storeUntried(home, delivery, withAttempt(delivery, tried), nowMs);
}

/** Ends a delivery that is not to be tried any more, unless another attempt at it was stored meanwhile. */
export async function cancelDelivery(home: Home, delivery: Delivery, reason: string): Promise<void> {
  const nowMs = home.backend.clock.now();
  await storeUntried(home, delivery, withCancellation(delivery, reason, nowMs), nowMs);
}

/** Stores what became of a delivery without an attempt, and counts its end. */
async function storeUntried(
  home: Home,
  before: Delivery,
  after: Delivery,
  nowMs: number,
): Promise<Delivery | undefined> {
  const stored = await storedOrOvertaken(home, before, after);
  const reading = stored && endReading(stored, nowMs);
  if (reading) home.meter.record(reading);
  return stored;
}

async function send(home: Home, { webhook, delivery }: Attempted, nowMs: number): Promise<Receipt> {
  const { backend, receivers, log } = home;
  const { eventId, body } = delivery;
  const secrets = await findSecrets(backend, webhook.id);
  if (!secrets) throw new Error(`the webhook ${webhook.id} has no secret`);
  const headers = {
    'content-type': 'application/json',
    'user-agent': `Omni-Orchestrator/${version}`,
    ...signatureHeaders({ id: eventId, nowMs, body }, signingSecrets(secrets, nowMs)),
  };
  const receipt = await receivers.post({ url: webhook.url, headers, body });
  log.debug('delivery attempted', {
    webhook_id: webhook.id,
    delivery_id: delivery.id,
    status: 'status' in receipt ? receipt.status : null,
    duration_ms: receipt.durationMs,
  });
  return receipt;
}

interface Answered {
  receipt: Receipt;
  startedMs: number;
}

/**
 * A webhook is disabled before its last delivery is over, and that is announced after it: a process that dies in between
 * goes on where it was when the message comes again.
 */
async function settle(home: Home, { webhook, delivery, slot }: Attempted, { receipt, startedMs }: Answered) {
  const { backend, settings } = home;
  const nowMs = backend.clock.now();
  const delays = settings.webhookRetryDelays;
  const after = withAttempt(delivery, { startedMs, nowMs, receipt, delays, random: Math.random() });
  const { url } = webhook;
  if (isGone(receipt)) {
    await disableWebhook(home, webhook.id, { reason: 'gone', url, failingSinceMs: slot.failingSinceMs });
  } else if (!isAccepted(receipt)) await disableIfHopeless(home, webhook, after.tries);
  const stored = await storedOrOvertaken(home, delivery, after);
  if (stored) home.meter.record(attemptReading(receipt, stored, nowMs));
  if (stored?.status === 'dead_lettered') {
    home.log.warn('delivery given up', { webhook_id: webhook.id, delivery_id: delivery.id, tries: stored.tries });
  }
  if (!isAccepted(receipt)) await announceDisabled(home, await findWebhook(backend, webhook.id));
  return stored;
}

async function storedOrOvertaken({ backend }: Home, before: Delivery, after: Delivery): Promise<Delivery | undefined> {
  try {
    return await storeDelivery(backend, before, after);
  } catch (error) {
    if (error instanceof ConditionFailed) return undefined;
    throw error;
  }
}

async function disableIfHopeless(home: Home, { id, url }: Webhook, tries: number): Promise<void> {
  const { backend, settings } = home;
  const failingSinceMs = await loadFailure(backend, id);
  const triesMax = settings.webhookRetryDelays.length + 1;
  if (!isHopeless({ failingSinceMs, tries, triesMax, nowMs: backend.clock.now() })) return;
  await disableWebhook(home, id, { reason: 'failing', url, failingSinceMs });
}
