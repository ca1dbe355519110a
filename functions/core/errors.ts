/**
 * Every error code of the API, with its HTTP status and the message a caller sees when the error brings none of its
 * own. A contract lists the codes that its endpoint can answer; docs/api.md is generated from this registry.
 */
export const errorCodes = {
  VALIDATION_ERROR: { status: 400, message: 'The request is not valid.' },
  INVALID_WORKFLOW: { status: 400, message: 'The workflow definition is invalid.' },
  DEPENDENCY_CYCLE: { status: 400, message: 'The workflow has circular dependencies.' },
  UNAUTHORIZED: { status: 401, message: 'A valid bearer token is required.' },
  NOT_FOUND: { status: 404, message: 'There is no such resource.' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'The resource does not support this method.' },
  CONFLICT: { status: 409, message: "The request conflicts with the resource's present state." },
  PIPELINE_RUNNING: { status: 409, message: 'A pipeline is already running for this repository and branch.' },
  PRECONDITION_FAILED: { status: 412, message: 'The resource has changed since the revision you named.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The body is larger than 256 KiB.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'The body must be application/json.' },
  IDEMPOTENCY_MISMATCH: { status: 422, message: 'This Idempotency-Key was used with another request.' },
  RATE_LIMITED: { status: 429, message: 'Too many requests.' },
  INTERNAL: { status: 500, message: 'Something went wrong on our side. Quote the request id when you report it.' },
  STAGE_FAILED: { status: 500, message: 'A pipeline stage failed.' },
  SERVICE_UNAVAILABLE: { status: 503, message: 'The target service is unhealthy or cannot be reached.' },
  TIMEOUT: { status: 504, message: 'The operation timed out.' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** One thing wrong with a request: the field's path (`body.config.branch`) and what is expected of it. */
export interface FieldProblem {
  path: string;
  message: string;
}

interface ApiErrorOptions {
  message?: string;
  details?: unknown;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** The one way an endpoint refuses: code and details are public, the cause is only ever logged. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: ErrorCode;
  readonly details: unknown;
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, options: ApiErrorOptions = {}) {
    super(options.message ?? errorCodes[code].message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}

/** A 400 whose details name each field that is wrong. */
export function validationError(problems: FieldProblem[]): ApiError {
  const message = problems.length === 1 ? `${problems[0]?.path}: ${problems[0]?.message}` : undefined;
  return new ApiError('VALIDATION_ERROR', { details: problems, ...(message === undefined ? {} : { message }) });
}

/** The envelope of every error answer. */
export function errorBody(error: ApiError, requestId: string) {
  const { code, message, details } = error;
  return { error: { code, message, ...(details === undefined ? {} : { details }), request_id: requestId } };
}
