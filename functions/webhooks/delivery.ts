import type { Receipt } from '../../platform/receivers/receivers.ts';
import { nextPauseMs } from './retry-schedule.ts';

/**
 * `pending`: waits for its next try. `dead_lettered`: every try failed. `failed`: a try failed, and there is no other,
 * because the receiver is gone or it was a test. `cancelled`: its webhook was disabled or deleted before it got through.
 */
export const deliveryStatuses = ['pending', 'delivered', 'dead_lettered', 'failed', 'cancelled'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** One try of a delivery. */
export interface Attempt {
  startedMs: number;
  durationMs: number;
  /** The status of the answer, null where there was none. */
  status: number | null;
  /** Why there was no answer. */
  error: string | null;
  /** The first 4 KiB of the answer's body. */
  response: string | null;
  isTruncated: boolean;
}

/** One event on its way to one webhook. */
export interface Delivery {
  id: string;
  webhookId: string;
  eventId: string;
  eventType: string;
  /** What is sent, byte for byte the same at every try. */
  body: string;
  isTest: boolean;
  status: DeliveryStatus;
  /** Why it is not tried any more, where no attempt says it. */
  reason: string | null;
  /** 1, and one more each time that it is delivered anew; its messages carry the number. */
  series: number;
  /** Tries of this series, and of all. */
  tries: number;
  attemptsTotal: number;
  /** The last 16. */
  attempts: Attempt[];
  createdMs: number;
  nextAttemptMs: number | null;
  finishedMs: number | null;
  /** Counts the writes; each is made on the revision that was read. */
  writes: number;
}

/** With 4 KiB of each answer and an event of 256 KiB this is below the 400 KB of a DynamoDB item. Two series have 16. */
const attemptsKept = 16;

type Created = Pick<Delivery, 'id' | 'webhookId' | 'eventId' | 'eventType' | 'body' | 'isTest' | 'createdMs'>;

export function newDelivery(created: Created): Delivery {
  return {
    ...created,
    status: 'pending',
    reason: null,
    series: 1,
    tries: 0,
    attemptsTotal: 0,
    attempts: [],
    nextAttemptMs: created.createdMs,
    finishedMs: null,
    writes: 0,
  };
}

interface Tried {
  startedMs: number;
  nowMs: number;
  receipt: Receipt;
  /** Seconds between tries. */
  delays: readonly number[];
  /** 0 to 1. */
  random: number;
}

/** The delivery after a try: delivered by a 2xx, over when the receiver is gone or no try is left, else to be tried again. */
export function withAttempt(delivery: Delivery, { startedMs, nowMs, receipt, delays, random }: Tried): Delivery {
  const tries = delivery.tries + 1;
  const attempts = [...delivery.attempts, attemptOf(receipt, startedMs)].slice(-attemptsKept);
  const tried = { ...delivery, tries, attempts, attemptsTotal: delivery.attemptsTotal + 1, nextAttemptMs: null };
  if (isAccepted(receipt)) return { ...tried, status: 'delivered', finishedMs: nowMs };
  if (isGone(receipt) || delivery.isTest) return { ...tried, status: 'failed', finishedMs: nowMs };
  const retryAfter = 'status' in receipt ? receipt.retryAfter : null;
  const pauseMs = nextPauseMs(delays, { tries, retryAfter, nowMs }, random);
  if (pauseMs === undefined) return { ...tried, status: 'dead_lettered', finishedMs: nowMs };
  return { ...tried, nextAttemptMs: nowMs + pauseMs };
}

/** Whether the receiver took it: any 2xx. */
export function isAccepted(receipt: Receipt): boolean {
  return 'status' in receipt && receipt.status >= 200 && receipt.status < 300;
}

/** Whether the receiver says that it will never take anything again. */
export function isGone(receipt: Receipt): boolean {
  return 'status' in receipt && receipt.status === 410;
}

/** The delivery when it is not to be tried any more; one that is over stays as it is. */
export function withCancellation(delivery: Delivery, reason: string, nowMs: number): Delivery {
  if (delivery.status !== 'pending') return delivery;
  return { ...delivery, status: 'cancelled', reason, nextAttemptMs: null, finishedMs: nowMs };
}

/** A try that is overdue by so much has lost its message, which happens when somebody empties a queue; in ms. */
const lostMs = 3_600_000;

/** Whether it can be delivered anew: it is over, waits for its next try, or for a message that is lost. */
export function isRedeliverable({ status, nextAttemptMs }: Delivery, nowMs: number): boolean {
  if (status !== 'pending') return true;
  return nextAttemptMs !== null && (nextAttemptMs > nowMs || nextAttemptMs + lostMs < nowMs);
}

/** The delivery at the start of its next series of tries. */
export function withNextSeries(delivery: Delivery, nowMs: number): Delivery {
  const begun = { status: 'pending', reason: null, tries: 0, nextAttemptMs: nowMs, finishedMs: null } as const;
  return { ...delivery, ...begun, series: delivery.series + 1 };
}

function attemptOf(receipt: Receipt, startedMs: number): Attempt {
  const { durationMs } = receipt;
  if (!('status' in receipt)) {
    return { startedMs, durationMs, status: null, error: receipt.error, response: null, isTruncated: false };
  }
  const { status, body, isTruncated } = receipt;
  return { startedMs, durationMs, status, error: null, response: body, isTruncated };
}
