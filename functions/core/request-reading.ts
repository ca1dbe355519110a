import type { Contract } from './contract.ts';
import type { MeteredReading } from './figures.ts';
import { durationFigures } from './latency-histogram.ts';

/** An operation as far as its requests are counted; undefined for requests that no operation is for. */
export type MeasuredOperation = Pick<Contract, 'method' | 'path' | 'rateLimit'> | undefined;

/**
 * What one answered request adds: to the count of its status, its duration, and to what was refused for its rate. The
 * subject is method and path as the contract has them, so that no caller adds to the subjects that there are.
 */
export function requestReading(
  operation: MeasuredOperation,
  { status, durationMs, atMs }: { status: number; durationMs: number; atMs: number },
): MeteredReading {
  const limited = operation && status === 429 ? { [`${limitedPrefix}${operation.rateLimit}`]: 1 } : {};
  const figures = { [`${statusPrefix}${status}`]: 1, ...limited, ...durationFigures(durationMs) };
  const subject = operation ? `${operation.method} ${operation.path}` : unmatched;
  return { kind: 'requests', subject, atMs, figures, outcome: statusClass(status), durationMs };
}

/** `4xx` for 404. */
function statusClass(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}

/** The subject of requests that no operation is for, whatever their method and path. */
const unmatched = 'ANY unmatched';

/** Begins the names of counts by HTTP status among figures. */
export const statusPrefix = 'status_';

/** Begins the names of counts of refused requests by their category of rate limits. */
export const limitedPrefix = 'limited_';
