import type { Figures } from './figures.ts';

/**
 * Upper bounds of the buckets in ms, ascending, from 0.1 ms to 28 hours. A bound is at most 1.09 times the one before it, so
 * a percentile is at most 4.4 % off, but for what took less than the first or longer than the last; and 1, 2 and 5 × 10^k from
 * 0.2 on are among them, so that Prometheus gets round bounds exactly.
 */
export const boundsMs: readonly number[] = Array.from({ length: 9 }, (_, decade) => decadeBounds(decade - 1)).flat();

/** The index of the bucket that a duration falls into. What is beyond the last bound counts to the last bucket. */
export function bucketOf(durationMs: number): number {
  let [low, high] = [0, boundsMs.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (durationMs <= (boundsMs[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The name of a bucket's count among figures. */
export function bucketName(index: number): string {
  return `b${index}`;
}

/** Whether figures of this name are part of the durations. */
export function isDurationName(name: string): boolean {
  return name === durationSum || /^b\d+$/.test(name);
}

/** One duration in ms as figures: its bucket, and the sum that an average is made of. */
export function durationFigures(durationMs: number): Figures {
  const positiveMs = Math.max(0, durationMs);
  return { [bucketName(bucketOf(positiveMs))]: 1, [durationSum]: Math.round(positiveMs * 1000) };
}

/** The name of the sum of durations among figures, in whole µs: whole numbers add up to the same in whatever order. */
export const durationSum = 'duration_us';

/** The sum of the durations, in ms. */
export function durationTotalMs(figures: Figures): number {
  return (figures[durationSum] ?? 0) / 1000;
}

/** How many durations the histogram among the figures holds. */
export function durationCount(figures: Figures): number {
  return boundsMs.reduce((count, _, index) => count + (figures[bucketName(index)] ?? 0), 0);
}

/**
 * The duration in ms that a share (0 to 1) of all is not above, at most 4.4 % off; null when there are none. It is the
 * geometric middle of its bucket, where the error is the same both ways.
 */
export function percentile(figures: Figures, share: number): number | null {
  const rank = Math.max(1, Math.ceil(share * durationCount(figures)));
  let count = 0;
  for (const [index, boundMs] of boundsMs.entries()) {
    count += figures[bucketName(index)] ?? 0;
    if (count >= rank) return index === 0 ? boundMs : Math.sqrt(boundMs * (boundsMs[index - 1] as number));
  }
  return null;
}

/** How many durations are not above a bound, which must be one of {@link boundsMs}. */
export function countUpTo(figures: Figures, boundMs: number): number {
  const last = bucketOf(boundMs);
  if (boundsMs[last] !== boundMs) throw new RangeError(`${boundMs} ms is no bound of a bucket`);
  return boundsMs.slice(0, last + 1).reduce((count, _, index) => count + (figures[bucketName(index)] ?? 0), 0);
}

/** From 10^exponent, exclusive, to ten times that: doublings in 9 steps of 1.080, the step from 2 to 5 in 11 of 1.087. */
function decadeBounds(exponent: number): number[] {
  return [...steps(1, 2, 9), ...steps(2, 5, 11), ...steps(5, 10, 9)].map((bound) => tenfold(bound, exponent));
}

function steps(from: number, to: number, count: number): number[] {
  const ratio = to / from;
  return Array.from({ length: count }, (_, step) => (step + 1 === count ? to : from * ratio ** ((step + 1) / count)));
}

/** Divides for negative exponents, since 0.1 is no exact factor. */
function tenfold(value: number, exponent: number): number {
  return exponent < 0 ? value / 10 ** -exponent : value * 10 ** exponent;
}
