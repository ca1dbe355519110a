import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Secrets } from '../../backend/backend.ts';
import { patientSend } from '../../platform/upstream/patient-send.ts';
import {
  type Answer,
  breakConnection,
  failureOf,
  get,
  hang,
  json,
  ok,
  post,
  startFakeUpstream,
} from './fake-upstream.ts';

describe.each([
  { sender: 'fetch', send: undefined },
  { sender: 'patientSend', send: patientSend },
])('a client that sends by $sender:', ({ send }) => {
  let upstream: Awaited<ReturnType<typeof startFakeUpstream>>;
  beforeEach(async () => {
    upstream = await startFakeUpstream({ send });
  });
  afterEach(() => upstream.close());

  function secretsOf(value: string): Secrets {
    return { get: async (name) => (name.startsWith('upstream/') ? value : undefined) };
  }

  describe('what is sent', () => {
    test('is the path, the query, the body as JSON, and the ids', async () => {
      upstream.answers(ok);
      const query = { key: 'a b&c', limit: 5 };
      await upstream
        .client()
        .call(post({ query, requestId: 'req-1', idempotencyKey: 'idem-1', headers: { 'x-a': 'b' } }));
      expect(upstream.received[0]).toMatchObject({
        method: 'POST',
        url: '/thing?key=a+b%26c&limit=5',
        body: '{"a":1}',
      });
      expect(upstream.received[0]?.headers).toMatchObject({
        'content-type': 'application/json',
        'x-request-id': 'req-1',
        'idempotency-key': 'idem-1',
        'x-a': 'b',
      });
    });

    test('goes below the path of the URL in the catalogue', async () => {
      upstream.answers(ok);
      await upstream.client().call(get());
      const base = `http://${upstream.received[0]?.headers.host}/base/`;
      await upstream.client({}, base).call(get());
      expect(upstream.received[1]?.url).toBe('/base/thing');
    });

    test('carries no credential where the deployment has none', async () => {
      upstream.answers(ok);
      await upstream.client().call(get());
      expect(upstream.received[0]?.headers).not.toHaveProperty('authorization');
    });

    test.each([
      ['security-shield', 'authorization', 'Bearer s3cret'],
      ['source-control', 'authorization', 'token s3cret'],
      ['container-manager', 'x-api-key', 's3cret'],
      ['backup-fortress', 'x-api-key', 's3cret'],
    ])('carries the credential of %s in its own form', async (service, header, value) => {
      const other = await startFakeUpstream({ service, send });
      other.answers(ok);
      await other.client({ secrets: secretsOf('s3cret\n') }).call(get({ service }));
      expect(other.received[0]?.headers[header]).toBe(value);
      await other.close();
    });
  });

  describe('an answer', () => {
    test('is parsed by its schema, which drops what it does not name', async () => {
      upstream.answers(json(200, { ok: true, more: 1 }));
      await expect(upstream.client().call(get())).resolves.toEqual({ ok: true });
    });

    test('can be text', async () => {
      upstream.answers((_request, response) => response.end('ready\n'));
      await expect(upstream.client().call(get({ format: 'text', schema: z.string() }))).resolves.toBe('ready\n');
    });

    test('can be empty', async () => {
      upstream.answers((_request, response) => response.writeHead(204).end());
      await expect(upstream.client().call(get({ schema: z.undefined() }))).resolves.toBeUndefined();
    });

    test.each<[string, Answer]>([
      ['no JSON', (_request, response) => response.end('<html>')],
      ['JSON of another shape', json(200, { ok: 'yes' })],
      ['empty', (_request, response) => response.end()],
    ])('that is %s is nonsense, and not asked for again', async (_name, answer) => {
      upstream.answers(answer);
      const error = await failureOf(upstream.client().call(get()));
      expect(error).toMatchObject({ name: 'UpstreamNonsense', isRetryable: false, mayHaveBeenSent: true, status: 200 });
      expect(upstream.received).toHaveLength(1);
    });

    test('that redirects is refused, and not followed', async () => {
      upstream.answers(json(302, {}, { location: '/elsewhere' }), ok);
      const error = await failureOf(upstream.client().call(get()));
      expect(error).toMatchObject({ name: 'UpstreamRejected', status: 302, isRetryable: false });
      expect(upstream.received).toHaveLength(1);
    });

    test('of exactly the allowed size is read', async () => {
      upstream.answers((_request, response) => response.end('"abc"'));
      await expect(upstream.client().call(get({ responseBytesMax: 5, schema: z.string() }))).resolves.toBe('abc');
    });

    test('that never ends is given up at the allowed size', async () => {
      upstream.answers((_request, response) => {
        const pour = () => {
          while (!response.destroyed && response.write('x'.repeat(1024)));
        };
        response.on('drain', pour);
        pour();
      });
      const error = await failureOf(upstream.client().call(get({ responseBytesMax: 10_000 })));
      expect(error).toMatchObject({ name: 'UpstreamTooLarge', isRetryable: false });
      expect(upstream.received).toHaveLength(1);
    });

    test('whose body stops half-way is timed out', async () => {
      upstream.answers((_request, response) => void response.write('{"ok"'));
      const error = await failureOf(upstream.client().call(post({ timeoutMs: 100 })));
      expect(error).toMatchObject({ name: 'UpstreamTimedOut', mayHaveBeenSent: true });
    });

    test('with a huge error body is still told by its status', async () => {
      upstream.answers(json(503, { padding: 'x'.repeat(200_000) }));
      await expect(failureOf(upstream.client().call(post()))).resolves.toMatchObject({ status: 503 });
    });
  });

  describe('an error message', () => {
    const secrets = secretsOf('s3cret-value');
    const request = get({ query: { token: 'in-the-query' }, timeoutMs: 100 });

    test.each<[string, Answer]>([
      [
        '400',
        json(400, { error: { code: 'X', message: 'bad s3cret-value at http://h/p?token=in-the-query' }, b: 'BODY' }),
      ],
      ['500 without an envelope', json(500, { note: 'BODY s3cret-value' })],
      ['nonsense', json(200, { ok: 'BODY s3cret-value' })],
      ['a time-out', hang],
      ['a broken connection', breakConnection],
    ])('of %s holds no secret, no query and no body', async (_name, answer) => {
      upstream.answers(answer);
      const error = (await failureOf(upstream.client({ secrets }).call(request))) as Error;
      const everything = [error.stack, JSON.stringify(error), String(error.cause), ...upstream.warnings].join('\n');
      expect(everything).not.toMatch(/s3cret-value|in-the-query|BODY/);
      expect(error.message).toContain('security-shield: GET /thing');
    });

    test("quotes the envelope's message, short and on one line", async () => {
      upstream.answers(json(400, { error: { code: 'X', message: `no\nsuch thing ${'y'.repeat(500)}` } }));
      const { message } = (await failureOf(upstream.client().call(get()))) as Error;
      expect(message).toMatch(/answered 400: no such thing y+$/);
      expect(message.length).toBeLessThan(300);
    });
  });

  describe('a call that is never made', () => {
    test('names a service that is not in the catalogue', async () => {
      const error = await failureOf(upstream.client().call(get({ service: 'nobody' })));
      expect(error).toMatchObject({ name: 'UpstreamNotConfigured', isRetryable: false, mayHaveBeenSent: false });
    });

    test('does not quote a credential that no header can carry', async () => {
      const error = (await failureOf(upstream.client({ secrets: secretsOf('one\ntwo') }).call(get()))) as Error;
      expect(error).toMatchObject({ name: 'UpstreamNotConfigured', isRetryable: false });
      expect(error.message).not.toMatch(/one|two/);
      expect(upstream.received).toEqual([]);
    });
  });
});
