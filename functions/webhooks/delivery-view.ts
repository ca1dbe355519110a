import { isoTime } from '../core/schemas.ts';
import type { EventType } from '../events/contract.ts';
import type { Attempt, Delivery } from './delivery.ts';

/** A delivery as lists show it: without what receivers answered, of which there can be much. */
export function deliveryView(delivery: Delivery) {
  const { id, webhookId, eventId, eventType, isTest, status, reason, attemptsTotal, attempts } = delivery;
  const { createdMs, nextAttemptMs, finishedMs } = delivery;
  return {
    id,
    webhook_id: webhookId,
    event_id: eventId,
    event_type: eventType as EventType,
    test: isTest,
    status,
    reason,
    attempts_total: attemptsTotal,
    attempts: attempts.map(attemptView),
    created_at: isoTime(createdMs),
    next_attempt_at: nextAttemptMs === null ? null : isoTime(nextAttemptMs),
    finished_at: finishedMs === null ? null : isoTime(finishedMs),
  };
}

/** A delivery with all that is stored of it. */
export function deliveryDetailView(delivery: Delivery) {
  const attempts = delivery.attempts.map((attempt) => ({
    ...attemptView(attempt),
    response: attempt.response,
    response_truncated: attempt.isTruncated,
  }));
  return { ...deliveryView(delivery), attempts, body: delivery.body };
}

function attemptView({ startedMs, durationMs, status, error }: Attempt) {
  return { started_at: isoTime(startedMs), duration_ms: durationMs, status, error };
}
