import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../functions/core/errors.ts';
import { readJsonBody } from '../../../functions/core/request-body.ts';

function read(body: string | Uint8Array, contentType: string | undefined = 'application/json'): unknown {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const headers = { 'content-type': contentType };
  return readJsonBody({ method: 'POST', path: '/', parameters: {}, query: {}, headers, body: bytes });
}

function refusalOf(act: () => unknown): ApiError {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** A JSON string that has this many bytes with its quotes. */
const jsonOfBytes = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;

describe('the size of a body', () => {
  it('may be exactly 256 KiB', () => {
    expect(read(jsonOfBytes(256 * 1024))).toHaveLength(256 * 1024 - 2);
  });

  it('is refused with 413 one byte beyond, whatever the body holds', () => {
    expect(refusalOf(() => read(jsonOfBytes(256 * 1024 + 1))).status).toBe(413);
    expect(refusalOf(() => read(new Uint8Array(256 * 1024 + 1), 'text/plain')).status).toBe(413);
  });

  it('counts bytes, not characters', () => {
    expect(refusalOf(() => read(`"${'ü'.repeat(128 * 1024)}"`)).status).toBe(413);
  });

  it('of zero means that there is no body, of whatever type', () => {
    expect(read('')).toBeUndefined();
    expect(read('', 'text/plain')).toBeUndefined();
  });
});

describe('the media type of a body', () => {
  it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8', ' application/json ;a=b'])(
    'may be %j',
    (type) => {
      expect(read('{"a":1}', type)).toEqual({ a: 1 });
    },
  );

  it.each(['text/plain', 'application/jsonp', 'application/x-www-form-urlencoded', 'application/ld+json', ''])(
    '%j is refused with 415',
    (type) => {
      expect(refusalOf(() => read('{}', type)).status).toBe(415);
    },
  );

  it('is required', () => {
    const body = new TextEncoder().encode('{}');
    const request = { method: 'POST', path: '/', parameters: {}, query: {}, headers: {}, body };
    expect(refusalOf(() => readJsonBody(request)).status).toBe(415);
  });
});

describe('the content of a body', () => {
  it.each(['{', '{"a":}', "{'a':1}", 'undefined', '{"a":1}x', '\u{feff}x'])('%j is no JSON: 400', (text) => {
    const refusal = refusalOf(() => read(text));
    expect(refusal.status).toBe(400);
    expect(refusal.details).toEqual([{ path: 'body', message: expect.stringMatching(/^is not JSON/) }]);
  });

  it('that is no JSON is quoted in whole characters', () => {
    const refusal = refusalOf(() => read('👋'.repeat(40)));
    expect(refusal.message).toMatch(/^body: is not JSON/);
    expect(refusal.message.isWellFormed()).toBe(true);
  });

  it('that is not UTF-8 is refused with 400', () => {
    const refusal = refusalOf(() => read(Uint8Array.from([0x22, 0xff, 0xfe, 0x22])));
    expect(refusal.status).toBe(400);
    expect(refusal.details).toEqual([{ path: 'body', message: 'is not UTF-8' }]);
  });

  it('keeps every character', () => {
    expect(read('{"text":"Grüße 👋\\u0000"}')).toEqual({ text: 'Grüße 👋\u0000' });
  });
});
