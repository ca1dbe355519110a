import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../functions/core/errors.ts';
import { refuse } from '../../../functions/core/invoke.ts';
import type { Log, LogFields } from '../../../functions/core/log.ts';

/** The level and fields of each line that a refusal logs. */
function logged(error: unknown, contract?: Parameters<typeof refuse>[3]) {
  const lines: [string, string, LogFields | undefined][] = [];
  const write = (level: string) => (message: string, fields?: LogFields) => void lines.push([level, message, fields]);
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const { status } = refuse(error, 'req_1', { log }, contract);
  return { status, lines };
}

const readiness = { errors: ['SERVICE_UNAVAILABLE' as const] };
const notReady = new ApiError('SERVICE_UNAVAILABLE', { message: '1 of 9 critical services cannot be used.' });

describe('a refusal of 500 and more', () => {
  it('that the contract declares is a warning without a stack', () => {
    const fields = { request_id: 'req_1', code: 'SERVICE_UNAVAILABLE', reason: notReady.message };
    expect(logged(notReady, readiness)).toEqual({ status: 503, lines: [['warn', 'request refused', fields]] });
  });

  it('that has a cause logs that', () => {
    const cause = new Error('certificate expired');
    const { lines } = logged(new ApiError('SERVICE_UNAVAILABLE', { cause }), readiness);
    expect(lines).toMatchObject([['warn', 'request refused', { error: cause }]]);
  });

  it.each([
    ['an ApiError that the contract does not declare', new ApiError('TIMEOUT'), readiness, 504],
    ['an ApiError beyond any contract', notReady, undefined, 503],
    ['anything else that was thrown', new TypeError('x is undefined'), readiness, 500],
  ])('for %s is an error with its stack', (_, error, contract, status) => {
    const fields = { request_id: 'req_1', error };
    expect(logged(error, contract)).toEqual({ status, lines: [['error', 'request failed', fields]] });
  });
});

describe('a refusal below 500', () => {
  it('is not logged', () => {
    expect(logged(new ApiError('NOT_FOUND'), readiness)).toEqual({ status: 404, lines: [] });
  });
});
