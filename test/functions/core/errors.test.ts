import { describe, expect, it } from 'vitest';
import { ApiError, errorBody, errorCodes, validationError } from '../../../functions/core/errors.ts';
import { errorEnvelope } from '../../../functions/core/schemas.ts';

describe('error codes', () => {
  it.each([
    ['PIPELINE_RUNNING', 409],
    ['SERVICE_UNAVAILABLE', 503],
    ['STAGE_FAILED', 500],
    ['RATE_LIMITED', 429],
    ['INVALID_WORKFLOW', 400],
    ['DEPENDENCY_CYCLE', 400],
    ['TIMEOUT', 504],
    ['VALIDATION_ERROR', 400],
    ['UNAUTHORIZED', 401],
    ['NOT_FOUND', 404],
    ['METHOD_NOT_ALLOWED', 405],
    ['CONFLICT', 409],
    ['PRECONDITION_FAILED', 412],
    ['PAYLOAD_TOO_LARGE', 413],
    ['UNSUPPORTED_MEDIA_TYPE', 415],
    ['IDEMPOTENCY_MISMATCH', 422],
    ['INTERNAL', 500],
  ] as const)('%s answers %i', (code, status) => {
    expect(new ApiError(code).status).toBe(status);
  });

  it('are all covered by the table above', () => {
    expect(Object.keys(errorCodes)).toHaveLength(17);
  });
});

describe('the error envelope', () => {
  it('holds code, message and request id, and details only when there are some', () => {
    const plain = errorBody(new ApiError('NOT_FOUND'), 'req_1');
    expect(plain).toEqual({ error: { code: 'NOT_FOUND', message: 'There is no such resource.', request_id: 'req_1' } });
    const detailed = errorBody(new ApiError('CONFLICT', { message: 'Busy.', details: { stage: 'test' } }), 'req_2');
    expect(detailed.error).toEqual({
      code: 'CONFLICT',
      message: 'Busy.',
      details: { stage: 'test' },
      request_id: 'req_2',
    });
    expect(() => errorEnvelope.parse(detailed)).not.toThrow();
  });

  it('never shows the cause', () => {
    const error = new ApiError('INTERNAL', { cause: new Error('password=hunter2 at /srv/app.ts:3') });
    expect(JSON.stringify(errorBody(error, 'req_1'))).not.toMatch(/hunter2|app\.ts/);
  });
});

describe('validation errors', () => {
  it('name the one field in the message and every field in the details', () => {
    const one = validationError([{ path: 'body.task', message: 'is required' }]);
    expect(one.message).toBe('body.task: is required');
    const two = validationError([
      { path: 'body.task', message: 'is required' },
      { path: 'body.config', message: 'is required' },
    ]);
    expect(two.message).toBe('The request is not valid.');
    expect(two.details).toHaveLength(2);
  });
});
