import type { Contract } from './contract.ts';
import type { Reading } from './figures.ts';
import { durationFigures } from './latency-histogram.ts';

/** What one answered request adds: to the count of its status, and its duration. Its subject is the operation. */
export function requestReading(
  { operationId }: Pick<Contract, 'operationId'>,
  { status, durationMs, atMs }: { status: number; durationMs: number; atMs: number },
): Reading {
  const figures = { [`${statusPrefix}${status}`]: 1, ...durationFigures(durationMs) };
  return { kind: 'requests', subject: operationId, atMs, figures };
}

/** Begins the names of counts by HTTP status among figures. */
export const statusPrefix = 'status_';
