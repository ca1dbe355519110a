import type { Receipt } from '../../platform/receivers/receivers.ts';
import { type Figures, onlySubject, type Reading } from '../core/figures.ts';
import { durationFigures } from '../core/latency-histogram.ts';
import { type Delivery, isAccepted } from './delivery.ts';

/** What one attempt at a delivery adds to the figures: how it went, how long it took, and the delivery's end where it was the last. */
export function attemptReading(receipt: Receipt, after: Delivery, atMs: number): Reading {
  const outcome = isAccepted(receipt) ? 'attempts_accepted' : 'attempts_failed';
  return reading(after, atMs, { [outcome]: 1, ...durationFigures(receipt.durationMs) });
}

/** What the end of a delivery adds that no attempt brought; undefined while it goes on. */
export function endReading(after: Delivery, atMs: number): Reading | undefined {
  return after.status === 'pending' ? undefined : reading(after, atMs, {});
}

/** Begins the names of counts by the status that deliveries ended with. */
export const endedPrefix = 'ended_';

function reading({ status }: Delivery, atMs: number, figures: Figures): Reading {
  const ended = status === 'pending' ? {} : { [`${endedPrefix}${status}`]: 1 };
  return { kind: 'deliveries', subject: onlySubject, atMs, figures: { ...figures, ...ended } };
}
