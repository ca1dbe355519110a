import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../functions/core/log.ts';
import { patientSend } from '../../platform/upstream/patient-send.ts';
import { breakConnection, failureOf, get, hang, json, ok, post, startFakeUpstream } from './fake-upstream.ts';

describe.each([
  { sender: 'fetch', send: undefined },
  { sender: 'patientSend', send: patientSend },
])('a client that sends by $sender:', ({ send }) => {
  let upstream: Awaited<ReturnType<typeof startFakeUpstream>>;
  beforeEach(async () => {
    upstream = await startFakeUpstream({ send });
  });
  afterEach(() => upstream.close());

  /** A port on which nothing listens: it was given back a moment ago. */
  async function deadUrl(): Promise<string> {
    const other = await startFakeUpstream({ send });
    other.answers(ok);
    await other.client().call(get());
    const host = other.received[0]?.headers.host;
    await other.close();
    return `http://${host}`;
  }

  describe('a failure that may pass is tried again', () => {
    test.each([429, 502, 503, 504])('%i', async (status) => {
      upstream.answers(json(status, {}), json(status, {}), ok);
      await expect(upstream.client().call(get())).resolves.toEqual({ ok: true });
      expect(upstream.received).toHaveLength(3);
      expect(upstream.waits).toEqual([200, 400]);
      expect(upstream.warnings).toHaveLength(2);
    });

    test('and told in a line that names the service', async () => {
      const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      upstream.answers(json(503, {}), ok);
      await upstream.client({ log: createLog('WARN') }).call(get({ requestId: 'req_1' }));
      const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)));
      write.mockRestore();
      expect(lines).toEqual([
        expect.objectContaining({ service_name: 'security-shield', upstream_request_id: 'req_1', try_number: 1 }),
      ]);
    });

    test('a connection that breaks', async () => {
      upstream.answers(breakConnection, ok);
      await expect(upstream.client().call(get())).resolves.toEqual({ ok: true });
      expect(upstream.received).toHaveLength(2);
    });

    test('a time limit that passes', async () => {
      upstream.answers(hang, ok);
      await expect(upstream.client().call(get({ timeoutMs: 100 }))).resolves.toEqual({ ok: true });
    });

    test('three times in all, then the error says that it is worth retrying', async () => {
      upstream.answers(json(503, {}));
      const error = await failureOf(upstream.client().call(get()));
      expect(error).toMatchObject({ name: 'UpstreamFailing', status: 503, isRetryable: true, mayHaveBeenSent: true });
      expect(upstream.received).toHaveLength(3);
    });

    test('when nothing listens, whatever the method', async () => {
      const client = upstream.client({}, await deadUrl());
      const error = await failureOf(client.call(post({ isRepeatable: false })));
      expect(error).toMatchObject({ name: 'UpstreamUnreachable', isRetryable: true, mayHaveBeenSent: false });
      expect(upstream.waits).toHaveLength(2);
    });

    test('and 429 whatever the method, since the service did not take it on', async () => {
      upstream.answers(json(429, {}), ok);
      await upstream.client().call(post({ isRepeatable: false }));
      expect(upstream.received).toHaveLength(2);
    });
  });

  describe('a failure that will not pass is not tried again', () => {
    test.each([
      [400, 'UpstreamRejected'],
      [401, 'UpstreamRejected'],
      [404, 'UpstreamRejected'],
      [409, 'UpstreamRejected'],
      [500, 'UpstreamFailing'],
      [501, 'UpstreamFailing'],
    ])('%i is %s', async (status, name) => {
      upstream.answers(json(status, {}));
      const error = await failureOf(upstream.client().call(get()));
      expect(error).toMatchObject({ name, status, isRetryable: false, service: 'security-shield' });
      expect(upstream.received).toHaveLength(1);
      expect(upstream.waits).toEqual([]);
    });
  });

  describe('a POST that the service may have acted on', () => {
    const failures = [
      ['503', json(503, {}), 'UpstreamFailing'],
      ['a broken connection', breakConnection, 'UpstreamUnreachable'],
      ['a time-out', hang, 'UpstreamTimedOut'],
    ] as const;

    test.each(failures)('is not repeated without an idempotency key, after %s', async (_name, failure, errorName) => {
      upstream.answers(failure, ok);
      const error = await failureOf(upstream.client().call(post({ timeoutMs: 100 })));
      expect(error).toMatchObject({ name: errorName, isRetryable: false, mayHaveBeenSent: true });
      expect(upstream.received).toHaveLength(1);
    });

    test.each(failures)('is repeated with its idempotency key, after %s', async (_name, failure) => {
      upstream.answers(failure, ok);
      await upstream.client().call(post({ timeoutMs: 100, idempotencyKey: 'key-1' }));
      expect(upstream.received.map((request) => request.headers['idempotency-key'])).toEqual(['key-1', 'key-1']);
      expect(upstream.received.map((request) => request.body)).toEqual(['{"a":1}', '{"a":1}']);
    });

    test.each(failures)('is never repeated when the caller forbids it, after %s', async (_name, failure) => {
      upstream.answers(failure, ok);
      await failureOf(upstream.client().call(post({ timeoutMs: 100, idempotencyKey: 'key-1', isRepeatable: false })));
      expect(upstream.received).toHaveLength(1);
    });

    test('is repeated when the caller says that it changes nothing', async () => {
      upstream.answers(json(502, {}), ok);
      await upstream.client().call(post({ isRepeatable: true }));
      expect(upstream.received).toHaveLength(2);
    });

    test('is treated the same as PUT', async () => {
      upstream.answers(json(503, {}), ok);
      await failureOf(upstream.client().call(post({ method: 'PUT' })));
      expect(upstream.received).toHaveLength(1);
    });
  });

  describe('Retry-After', () => {
    test.each(['2', 'Wed, 15 Jan 2025 10:30:02 GMT'])('%s is waited out, with jitter on top', async (header) => {
      upstream.answers(json(429, {}, { 'retry-after': header }), ok);
      await upstream.client().call(get());
      expect(upstream.waits).toEqual([2_200]);
    });

    test('beyond what a function should wait is handed to the caller at once', async () => {
      upstream.answers(json(503, {}, { 'retry-after': '60' }));
      const error = await failureOf(upstream.client().call(get()));
      expect(error).toMatchObject({ isRetryable: true, retryAfterMs: 60_000 });
      expect(upstream.received).toHaveLength(1);
      expect(upstream.waits).toEqual([]);
    });
  });
});
