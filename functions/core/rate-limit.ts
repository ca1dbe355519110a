import type { Table } from '../../backend/backend.ts';
import { ApiError } from './errors.ts';

/** Requests per window and the window's seconds. The numbers are the API reference's; other writes were settled at 60/min. */
export const defaultRateLimits = {
  pipeline_execution: { limit: 10, windowSeconds: 60 },
  service_restart: { limit: 5, windowSeconds: 60 },
  knowledge_refresh: { limit: 2, windowSeconds: 60 },
  read: { limit: 100, windowSeconds: 60 },
  write: { limit: 60, windowSeconds: 60 },
  webhook_registration: { limit: 20, windowSeconds: 3600 },
} as const satisfies Record<string, RateLimit>;

export type RateLimitCategory = keyof typeof defaultRateLimits;
export type RateLimits = Record<RateLimitCategory, RateLimit>;

export interface RateLimit {
  limit: number;
  windowSeconds: number;
}

/** The headers of an answer that was counted. */
export type RateLimitHeaders = Record<'x-ratelimit-limit' | 'x-ratelimit-remaining' | 'x-ratelimit-reset', string>;

/**
 * Counts one request of a principal in the clock-aligned window of its category and gives the headers to answer with.
 * Throws RATE_LIMITED, with `Retry-After`, for a request beyond the limit; refused requests count too, so a caller
 * that hammers sees its remaining stay at 0 and nothing else.
 */
export async function countRequest(
  table: Table,
  request: { principal: string; category: RateLimitCategory; limit: RateLimit; nowMs: number },
): Promise<RateLimitHeaders> {
  const { limit, windowSeconds } = request.limit;
  const nowSeconds = Math.floor(request.nowMs / 1000);
  const reset = (Math.floor(nowSeconds / windowSeconds) + 1) * windowSeconds;
  const key = { pk: `rate#${request.principal}#${request.category}#${reset}`, sk: 'window' };
  const item = await table.update(key, { add: { count: 1 }, set: { expires_at: reset + 60 } });
  const remaining = limit - Number(item['count']);
  const headers = {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, remaining)),
    'x-ratelimit-reset': String(reset),
  };
  if (remaining >= 0) return headers;
  throw new ApiError('RATE_LIMITED', {
    message: `At most ${limit} requests of this kind are allowed in ${windowSeconds} seconds.`,
    details: { category: request.category, limit, window_seconds: windowSeconds },
    headers: { ...headers, 'retry-after': String(Math.max(1, reset - nowSeconds)) },
  });
}
