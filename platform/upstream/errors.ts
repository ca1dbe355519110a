/**
 * A call to an upstream service that did not succeed. `isRetryable` alone says whether doing the call again later is
 * worth it and safe; the message is for operators and holds no secret, no query string and no answer body.
 */
export abstract class UpstreamError extends Error {
  readonly service: string;
  /** The status of the answer, where there was one. */
  readonly status: number | undefined;
  readonly isRetryable: boolean;
  /** False when the service certainly did not take the call on: no connection was made, or it refused with 3xx or 4xx. */
  readonly mayHaveBeenSent: boolean;
  /** How long the service asked to be left alone, in ms, where it did. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, facts: UpstreamFailure) {
    super(`${facts.service}: ${message}`);
    this.service = facts.service;
    this.status = facts.status;
    this.isRetryable = facts.isRetryable;
    this.mayHaveBeenSent = facts.mayHaveBeenSent;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

export interface UpstreamFailure {
  service: string;
  status?: number;
  isRetryable: boolean;
  mayHaveBeenSent: boolean;
  retryAfterMs?: number | undefined;
}

/** No connection, or one that broke before the whole answer was there. */
export class UpstreamUnreachable extends UpstreamError {
  override name = 'UpstreamUnreachable';
}

/** The time limit of a try passed before the whole answer was there. */
export class UpstreamTimedOut extends UpstreamError {
  override name = 'UpstreamTimedOut';
}

/** The service refused the call: 4xx, or a redirect, which is not followed. Only 429 is worth retrying. */
export class UpstreamRejected extends UpstreamError {
  override name = 'UpstreamRejected';
}

/** The service failed: 5xx. Only 502, 503 and 504 are worth retrying. */
export class UpstreamFailing extends UpstreamError {
  override name = 'UpstreamFailing';
}

/** The answer was a success but not what the service's API promises. Asking again would not change it. */
export class UpstreamNonsense extends UpstreamError {
  override name = 'UpstreamNonsense';
}

/** The answer was larger than the caller allows; reading stopped at the bound. */
export class UpstreamTooLarge extends UpstreamError {
  override name = 'UpstreamTooLarge';
}

/** The call was never made: the service is not in the catalogue, or its credential can't be sent in a header. */
export class UpstreamNotConfigured extends UpstreamError {
  override name = 'UpstreamNotConfigured';
  constructor(service: string, message: string) {
    super(message, { service, isRetryable: false, mayHaveBeenSent: false });
  }
}
