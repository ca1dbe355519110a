import { type Figures, sumOf } from '../core/figures.ts';
import { statusPrefix } from '../core/request-reading.ts';
import { stageNames } from '../core/settings.ts';

/** Figures of a kind, by subject. */
export type BySubject = ReadonlyMap<string, Figures>;

/**
 * What was measured of stages, with 0 for each stage that has not run yet. Prometheus sees a counter rise only if it has
 * seen it before: one that appears with its first event has lost it to `increase` and `rate`.
 */
export function withKnownStages(measured: BySubject): BySubject {
  const known = new Map(stageNames.map((stage): [string, Figures] => [stage, {}]));
  return new Map([...known, ...measured]);
}

/**
 * What was measured of requests, with 0 for the faults (500) of each route. Routes that nobody has called are left out, as
 * are other statuses: to know them, this function would need the contracts of all domains.
 */
export function withKnownFaults(measured: BySubject): BySubject {
  const none = { [`${statusPrefix}500`]: 0 };
  return new Map([...measured].map(([subject, figures]) => [subject, sumOf([none, figures])]));
}
