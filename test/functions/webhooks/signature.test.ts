import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { signatureHeaders } from '../../../functions/webhooks/signature.ts';
import { newSecret } from '../../../functions/webhooks/signing-secret.ts';

const body = JSON.stringify({ type: 'pipeline.completed', data: { text: 'Grüße 👋' } });
const signed = (secrets: string[], nowMs = Date.now()) =>
  signatureHeaders({ id: 'evt_01jhnkp8r2c5d3v7w9x0y1z2a3', nowMs, body }, secrets);

it('the library of Standard Webhooks accepts what is signed with a whsec_ secret', () => {
  const secret = newSecret();
  expect(new Webhook(secret).verify(body, signed([secret]))).toEqual(JSON.parse(body));
});

it('the library accepts what is signed with a text secret, as its UTF-8 bytes', () => {
  for (const secret of ['webhook_signing_secret', 'webhook_signing_sécret']) {
    const key = new TextEncoder().encode(secret);
    expect(new Webhook(key, { format: 'raw' }).verify(body, signed([secret]))).toEqual(JSON.parse(body));
  }
});

it('while a secret is rotated, receivers with either accept the same delivery', () => {
  const [current, before] = [newSecret(), 'webhook_signing_secret'];
  const headers = signed([current, before]);
  expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
  expect(() => new Webhook(current).verify(body, headers)).not.toThrow();
  expect(() => new Webhook(before, { format: 'raw' }).verify(body, headers)).not.toThrow();
});

it('another body, id, time or secret is not accepted', () => {
  const secret = newSecret();
  const headers = signed([secret]);
  const receiver = new Webhook(secret);
  expect(() => receiver.verify(`${body} `, headers)).toThrow();
  expect(() => receiver.verify(body, { ...headers, 'webhook-id': 'evt_other' })).toThrow();
  expect(() => receiver.verify(body, signed([secret], Date.now() - 6 * 60_000))).toThrow();
  expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
});
