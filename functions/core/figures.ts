/**
 * Named whole numbers that add: counts, sums and counts of histogram buckets. Whatever was measured apart, in two processes or in
 * two minutes, is put together by adding the numbers of each name.
 */
export type Figures = Readonly<Record<string, number>>;

/**
 * All figures together. A name that one of them lacks counts as 0 there. A sum stays at the largest whole number that is
 * exact, 2^53 - 1, which DynamoDB's document client takes too: a service that exposes nonsense must not stop the others.
 */
export function sumOf(all: Iterable<Figures>): Figures {
  const sum: Record<string, number> = {};
  for (const figures of all) {
    for (const [name, value] of Object.entries(figures))
      sum[name] = Math.min(Number.MAX_SAFE_INTEGER, (sum[name] ?? 0) + value);
  }
  return sum;
}

/** What was measured of a subject (an endpoint, a stage, a service) at a time, as far as it adds. */
export interface Reading {
  kind: FigureKind;
  subject: string;
  atMs: number;
  figures: Figures;
}

/**
 * A reading as its maker takes it. CloudWatch makes metrics of kind, outcome and duration alone, since it bills each
 * combination of values: so outcomes are few, and say in one word how it went.
 */
export interface MeteredReading extends Reading {
  outcome: string;
  /** Left out where nothing took time. */
  durationMs?: number;
}

/** What is measured. A kind's subjects are a bounded set: names of the code or of the catalogue, never of callers. */
export const figureKinds = ['requests', 'deliveries', 'pipelines', 'stages', 'executions', 'services'] as const;
export type FigureKind = (typeof figureKinds)[number];

/** The subject of kinds that have but one. */
export const onlySubject = 'all';

/** Takes readings off the caller's path: it neither waits nor throws, since no request may fail for being measured. */
export interface Meter {
  record(reading: MeteredReading): void;
}
