import type * as z from 'zod';

/** One call of a service's API as data: what platform/upstream-apis declares and a stage completes. */
export interface UpstreamCall<Answer> {
  /** Name in the catalogue. */
  service: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/` on, its variable parts percent-encoded; a query may be in `query` as well. */
  path: string;
  query?: Record<string, string | number>;
  /** Sent as JSON. */
  body?: unknown;
  /** How the answer is read before the schema sees it; `json` unless told, `any` JSON if it is. An empty answer is `undefined`. */
  format?: 'json' | 'text' | 'any';
  /** What the answer must be. Fields that it does not name are ignored. */
  schema: z.ZodType<Answer>;
}

export interface UpstreamRequest<Answer> extends UpstreamCall<Answer> {
  headers?: Record<string, string>;
  /** For one try, the body's reading included; 10 s unless told. */
  timeoutMs?: number;
  /** Sent as `Idempotency-Key`. Makes a POST or PUT repeatable. */
  idempotencyKey?: string;
  /** Sent as `X-Request-Id`. */
  requestId?: string;
  /**
   * Whether the call may be made again although the service may have acted on it already. Left out, GET and DELETE
   * may, and POST and PUT may when they carry an idempotency key. `false` always wins.
   */
  isRepeatable?: boolean;
  /** Tries in all, where the caller has a schedule of its own; as many as the client makes unless told. */
  triesMax?: number;
  /** Most bytes of answer that are read; 4 MiB unless told. */
  responseBytesMax?: number;
}
