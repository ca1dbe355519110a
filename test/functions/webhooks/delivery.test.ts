import { describe, expect, it } from 'vitest';
import {
  type Delivery,
  isRedeliverable,
  newDelivery,
  withAttempt,
  withCancellation,
  withNextSeries,
} from '../../../functions/webhooks/delivery.ts';
import type { Receipt } from '../../../platform/receivers/receivers.ts';

const created = newDelivery({
  id: 'dlv_1',
  webhookId: 'wh_1',
  eventId: 'evt_1',
  eventType: 'pipeline.completed',
  body: '{}',
  isTest: false,
  createdMs: 1000,
});
const answer = (status: number): Receipt => ({
  durationMs: 12,
  status,
  retryAfter: null,
  body: 'text',
  isTruncated: false,
});
const silence: Receipt = { durationMs: 15_000, error: 'did not answer within 15 s' };
const tried = (delivery: Delivery, receipt: Receipt, nowMs = 2000) =>
  withAttempt(delivery, { startedMs: nowMs - 100, nowMs, receipt, delays: [5, 300], random: 0 });

describe('a delivery', () => {
  it.each([200, 201, 202, 204, 299])('is delivered by a %d', (status) => {
    const after = tried(created, answer(status));
    expect(after).toMatchObject({ status: 'delivered', finishedMs: 2000, nextAttemptMs: null, attemptsTotal: 1 });
    expect(after.attempts).toEqual([
      { startedMs: 1900, durationMs: 12, status, error: null, response: 'text', isTruncated: false },
    ]);
  });

  it.each([100, 301, 302, 400, 404, 429, 500, 503])('is to be tried again after a %d', (status) => {
    expect(tried(created, answer(status))).toMatchObject({ status: 'pending', nextAttemptMs: 7000, finishedMs: null });
  });

  it('is to be tried again when there was no answer, and tells why', () => {
    const after = tried(created, silence);
    expect(after).toMatchObject({ status: 'pending', nextAttemptMs: 7000 });
    expect(after.attempts[0]).toMatchObject({ status: null, error: 'did not answer within 15 s', response: null });
  });

  it('is dead-lettered when its last try failed', () => {
    const last = [1, 2, 3].reduce((delivery) => tried(delivery, answer(500)), created);
    expect(last).toMatchObject({ status: 'dead_lettered', tries: 3, nextAttemptMs: null, finishedMs: 2000 });
  });

  it('has failed at once where the receiver is gone, or where it is a test', () => {
    expect(tried(created, answer(410))).toMatchObject({ status: 'failed', nextAttemptMs: null });
    expect(tried({ ...created, isTest: true }, answer(500))).toMatchObject({ status: 'failed', nextAttemptMs: null });
  });

  it('keeps its last 16 attempts, and counts all', () => {
    let often = created;
    for (let nowMs = 0; nowMs < 20; nowMs += 1) often = tried({ ...often, tries: 0 }, answer(500), nowMs);
    expect(often.attempts).toHaveLength(16);
    expect(often.attemptsTotal).toBe(20);
    expect(often.attempts.at(-1)?.startedMs).toBe(19 - 100);
  });

  it('is cancelled only while it is pending', () => {
    expect(withCancellation(created, 'The webhook was deleted.', 5)).toMatchObject({
      status: 'cancelled',
      reason: 'The webhook was deleted.',
      finishedMs: 5,
    });
    const delivered = tried(created, answer(200));
    expect(withCancellation(delivered, 'why', 5)).toBe(delivered);
  });

  it('begins anew with all its tries, and remembers the earlier ones', () => {
    const dead = [1, 2, 3].reduce((delivery) => tried(delivery, answer(500)), created);
    const again = withNextSeries(dead, 9000);
    expect(again).toMatchObject({ status: 'pending', series: 2, tries: 0, nextAttemptMs: 9000, finishedMs: null });
    expect(again.attempts).toHaveLength(3);
    expect(tried(again, answer(500), 9000)).toMatchObject({ status: 'pending', nextAttemptMs: 14_000 });
  });

  it('can be delivered again once it is over, or when its next try is overdue by an hour', () => {
    expect(isRedeliverable(created, 2000)).toBe(false);
    expect(isRedeliverable(created, 1000 + 3_600_001)).toBe(true);
    expect(isRedeliverable(tried(created, answer(200)), 2000)).toBe(true);
  });
});
