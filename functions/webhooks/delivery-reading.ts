import type { Receipt } from '../../platform/receivers/receivers.ts';
import { type Figures, type MeteredReading, onlySubject } from '../core/figures.ts';
import { durationFigures } from '../core/latency-histogram.ts';
import { type Delivery, isAccepted } from './delivery.ts';

/** What one attempt at a delivery adds to the figures: how it went, how long it took, and the delivery's end where it was the last. */
export function attemptReading(receipt: Receipt, after: Delivery, atMs: number): MeteredReading {
  const { durationMs } = receipt;
  const outcome = isAccepted(receipt) ? 'attempts_accepted' : 'attempts_failed';
  const figures = { [outcome]: 1, ...durationFigures(durationMs), ...endFigures(after) };
  return { ...reading, atMs, figures, outcome, durationMs };
}

/** What the end of a delivery adds that no attempt brought; undefined while it goes on. */
export function endReading(after: Delivery, atMs: number): MeteredReading | undefined {
  const figures = endFigures(after);
  const [outcome] = Object.keys(figures);
  return outcome === undefined ? undefined : { ...reading, atMs, figures, outcome };
}

/** Begins the names of counts by the status that deliveries ended with. */
export const endedPrefix = 'ended_';

const reading = { kind: 'deliveries', subject: onlySubject } as const;

function endFigures({ status }: Delivery): Figures {
  return status === 'pending' ? {} : { [`${endedPrefix}${status}`]: 1 };
}
