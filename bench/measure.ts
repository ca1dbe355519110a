/** One line of the report. */
export interface Measure {
  name: string;
  value: string;
  /** What is wanted of it; left out for a figure that is shown for comparison. */
  goal?: string;
  isMet?: boolean;
}

/** One benchmark: a few measures taken together. Throws when it cannot run. */
export interface Benchmark {
  name: string;
  run(): Promise<Measure[]>;
}

/** The middle of several samples, so that one disturbed by another program does not count. */
export function median(samples: number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('The median of no samples was asked for.');
  return (lower + upper) / 2;
}
