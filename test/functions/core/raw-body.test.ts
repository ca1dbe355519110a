import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineContract } from '../../../functions/core/contract.ts';
import { endpoint } from '../../../functions/core/endpoint.ts';
import type { HttpRequest } from '../../../functions/core/http.ts';
import { invoke } from '../../../functions/core/invoke.ts';
import { errorCodesOf, openapiDocument } from '../../../functions/core/openapi.ts';
import { openHome, type TestHome } from '../open-home.ts';

const contract = defineContract({
  operationId: 'takeAnything',
  domain: 'core',
  method: 'POST',
  path: '/anything',
  summary: 'Take anything',
  auth: 'none',
  rateLimit: 'none',
  isBodyRaw: true,
  headers: z.object({ 'x-signature': z.string().optional() }),
  answers: {
    ok: {
      status: 200,
      description: 'Taken.',
      body: z.object({ hex: z.string(), signature: z.string().nullable(), hasBody: z.boolean() }),
    },
  },
  errors: [],
  timeoutMs: 1000,
  access: {},
});

const takeAnything = endpoint(contract, async (input, { rawBody }) => {
  const signature = input.headers['x-signature'] ?? null;
  const hex = Buffer.from(rawBody).toString('hex');
  return { answer: 'ok', body: { hex, signature, hasBody: input.body !== undefined } };
});

let home: TestHome;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home.close());

async function take(body: Uint8Array, headers: HttpRequest['headers'] = {}) {
  const request = { method: 'POST', path: '/anything', parameters: {}, query: {}, headers, body };
  const response = await invoke(takeAnything, { request, requestId: 'req', principal: 'anonymous' }, home);
  return { status: response.status, body: JSON.parse(response.body) };
}

describe('an endpoint with a raw body', () => {
  it.each([
    ['JSON', Buffer.from('{ "a":1 }')],
    ['what is not JSON', Buffer.from('{')],
    ['what is not UTF-8', Buffer.from([0xff, 0x00, 0xfe])],
    ['nothing', Buffer.alloc(0)],
  ])('gets %s byte for byte, of whatever media type', async (_, bytes) => {
    for (const type of ['application/json', 'text/plain', undefined]) {
      const { status, body } = await take(bytes, { 'content-type': type });
      expect([status, body]).toEqual([200, { hex: bytes.toString('hex'), signature: null, hasBody: false }]);
    }
  });

  it('gets the headers that its contract names', async () => {
    expect((await take(Buffer.alloc(0), { 'x-signature': 'abc', other: 'x' })).body.signature).toBe('abc');
  });

  it('gets 256 KiB, and not a byte more', async () => {
    expect((await take(Buffer.alloc(256 * 1024))).status).toBe(200);
    const { status, body } = await take(Buffer.alloc(256 * 1024 + 1));
    expect([status, body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('is documented with any object as its body, and refuses no media type', () => {
    const { paths } = openapiDocument([contract]) as { paths: Record<string, Record<string, unknown>> };
    expect(paths['/anything']?.['post']).toMatchObject({
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
    });
    expect(errorCodesOf(contract)).toEqual(['VALIDATION_ERROR', 'PAYLOAD_TOO_LARGE', 'INTERNAL']);
  });
});
