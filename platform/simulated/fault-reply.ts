import type { Fault } from './faults.ts';
import type { TimedReply } from './json-server.ts';

/** What a call is answered with instead, for a fault of the connection or the answer. */
export function faultReply(fault: Fault): TimedReply {
  const error = { code: 'SIMULATED_FAULT', message: `The fault "${fault.fault}" was asked for.` };
  switch (fault.fault) {
    case 'hang':
      return { isWithheld: true };
    case 'unreachable':
      return { isLost: true };
    case 'nonsense':
      return { body: '<!doctype html><title>It works</title>', headers: { 'content-type': 'text/html' } };
    case 'rate_limited':
      return { status: 429, headers: { 'retry-after': `${fault.retry_after ?? 1}` }, body: { error } };
    default: {
      const headers = fault.retry_after === null ? {} : { 'retry-after': `${fault.retry_after}` };
      return { status: fault.status ?? 500, headers, body: { error } };
    }
  }
}
