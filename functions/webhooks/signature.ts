import { createHmac } from 'node:crypto';
import { keyOf } from './signing-secret.ts';

interface Signed {
  /** The event's id: the same at every try, so that a receiver can tell a repeat. */
  id: string;
  nowMs: number;
  body: string;
}

/**
 * The headers of Standard Webhooks (standardwebhooks.com, specification 1.0): HMAC-SHA256 over id, time in seconds and body,
 * one signature for each secret.
 */
export function signatureHeaders({ id, nowMs, body }: Signed, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`);
    return `v1,${hmac.digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
