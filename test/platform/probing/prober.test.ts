import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Service } from '../../../platform/catalogue.ts';
import { createProber } from '../../../platform/probing/prober.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) {
    await new Promise((resolve) => server.close(resolve));
  }
});

const nowMs = Date.parse('2025-01-15T10:30:00Z');

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

const row: Service = {
  name: 'service',
  container: 'c-service',
  port: 80,
  tier: 'Test',
  critical: false,
  depends_on: [],
  probe: '/healthz',
};

function proberOf(options: { timeoutMs?: number; slowMs?: number } = {}) {
  return createProber({ timeoutMs: 300, slowMs: 200, ...options, clock: { now: () => nowMs } });
}

/** What a probe sees of a service that answers like this. */
async function seen(handler: RequestListener, changes: Partial<Service> = {}, options = {}) {
  const port = await listen(createServer(handler));
  return proberOf(options).probe({ ...row, url: `http://127.0.0.1:${port}`, ...changes });
}

const answer =
  (status: number, body = '', headers = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

/** Answers each path by its own handler; anything else is 404. */
const paths =
  (handlers: Record<string, RequestListener>): RequestListener =>
  (request, response) =>
    (handlers[request.url ?? ''] ?? answer(404))(request, response);

describe('an answer over HTTP', () => {
  it.each([
    [200, 'good', null],
    [204, 'good', null],
    [302, 'good', null],
    [401, 'impaired', 'answered 401'],
    [404, 'impaired', 'answered 404'],
    [500, 'failed', 'answered 500'],
    [503, 'failed', 'answered 503'],
  ])('with %s is %s, and proves our network', async (status, result, reason) => {
    const headers = status === 302 ? { location: 'http://127.0.0.1:1/' } : {};
    expect(await seen(answer(status, '', headers))).toMatchObject({
      result,
      reason,
      isNetworkProof: true,
      atMs: nowMs,
    });
  });

  it('that takes long is impaired, and says how long', async () => {
    const slow: RequestListener = (_, response) => void setTimeout(() => response.end(), 60);
    const probe = await seen(slow, {}, { slowMs: 50 });
    expect(probe).toMatchObject({ result: 'impaired', reason: `took ${probe.latencyMs} ms` });
    expect(probe.latencyMs).toBeGreaterThanOrEqual(50);
  });

  it('is asked for without a credential, at the probe path behind the URL of the service', async () => {
    const asked: string[] = [];
    const port = await listen(
      createServer((request, response) => {
        asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
        response.end();
      }),
    );
    await proberOf().probe({ ...row, url: `http://127.0.0.1:${port}/base/` });
    expect(asked).toEqual(['GET /base/healthz undefined']);
  });
});

describe('a request over HTTP', () => {
  const asked: unknown[] = [];
  const note: RequestListener = (request, response) => {
    asked.push([request.method, request.url, request.headers]);
    response.end();
  };

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
  ])('to %s names host and port as the URL does, and nothing else than that it is the last', async (host, inUrl) => {
    const server = createServer(note);
    const port = await listen(server, host);
    await proberOf().probe({ ...row, probe: '/healthz?deep=1', url: `http://${inUrl}:${port}` });
    expect(asked.splice(0)).toEqual([['GET', '/healthz?deep=1', { host: `${inUrl}:${port}`, connection: 'close' }]]);
  });
});

describe('a connection', () => {
  it('is opened for each request, liveness and readiness too, and closed after the answer', async () => {
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.connection);
      response.end();
    });
    const opened: Socket[] = [];
    server.on('connection', (socket) => opened.push(socket));
    const url = `http://127.0.0.1:${await listen(server)}`;
    const prober = proberOf();
    for (let round = 0; round < 2; round += 1) await prober.probe({ ...row, probe: '/health', url });
    expect(asked).toEqual(['close', 'close', 'close', 'close']);
    expect(opened).toHaveLength(4);
    await Promise.all(opened.map((socket) => socket.closed || once(socket, 'close')));
  });
});

describe('no answer over HTTP', () => {
  it('within the time limit is a failure that proves nothing', async () => {
    expect(await seen(() => undefined)).toMatchObject({
      result: 'failed',
      reason: 'no answer within 300 ms',
      isNetworkProof: false,
    });
  });

  it('to its end within the time limit is a failure too', async () => {
    const endless: RequestListener = (_, response) => void response.writeHead(200).write('{"version":');
    expect(await seen(endless)).toMatchObject({ result: 'failed', reason: 'no answer within 300 ms' });
  });

  it('because the connection breaks is a failure that somebody else caused', async () => {
    expect(await seen((request) => void request.socket.destroy())).toMatchObject({
      result: 'failed',
      reason: 'connection broken off',
      isNetworkProof: true,
    });
  });

  it('because it is refused is a failure that somebody else caused', async () => {
    const port = await listen(createServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await proberOf().probe({ ...row, url: `http://127.0.0.1:${port}` })).toMatchObject({
      result: 'failed',
      reason: 'connection refused',
      isNetworkProof: true,
    });
  });

  it('because the name is unknown is a failure that proves nothing', async () => {
    expect(await proberOf({ timeoutMs: 5000 }).probe({ ...row, url: 'http://nowhere.invalid' })).toMatchObject({
      result: 'failed',
      reason: 'host name not found',
      isNetworkProof: false,
    });
  });

  it('but something else than HTTP is a failure', async () => {
    const port = await listen(
      createTcpServer((socket) => void socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.2\r\n')),
    );
    expect(await proberOf().probe({ ...row, url: `http://127.0.0.1:${port}` })).toMatchObject({
      result: 'failed',
      reason: 'answered with something other than HTTP',
      isNetworkProof: true,
    });
  });
});

describe('a broken answer', () => {
  /** What a probe sees of a service that sends just this. */
  const seenRaw = async (text: string) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(text));
    });
    return proberOf().probe({ ...row, url: `http://127.0.0.1:${await listen(server)}` });
  };

  it('that is cut short is a failure that somebody else caused', async () => {
    expect(await seenRaw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok')).toMatchObject({
      result: 'failed',
      reason: 'connection broken off',
      isNetworkProof: true,
    });
  });

  it('with more than it announced counts as far as announced', async () => {
    expect(await seenRaw('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok and more')).toMatchObject({ result: 'good' });
  });

  it('without a length ends with the connection', async () => {
    expect(await seenRaw('HTTP/1.1 200 OK\r\n\r\n{"version":"2.0.1"}')).toMatchObject({
      result: 'good',
      version: '2.0.1',
    });
  });

  it('to an encrypted request, without encryption, is a failure that somebody else caused', async () => {
    const port = await listen(createServer(answer(200)));
    expect(await proberOf().probe({ ...row, url: `https://127.0.0.1:${port}` })).toMatchObject({
      result: 'failed',
      reason: 'no agreement on encryption',
      isNetworkProof: true,
    });
  });
});

describe('readiness', () => {
  const alive = { '/healthz': answer(200), '/health': answer(200) };

  it('that the catalogue names decides beside a good liveness', async () => {
    const handler = paths({ ...alive, '/readyz': answer(503) });
    expect(await seen(handler, { readiness: '/readyz' })).toMatchObject({
      result: 'impaired',
      reason: 'not ready: answered 503',
    });
    expect(await seen(paths(alive), { readiness: '/readyz' })).toMatchObject({ reason: 'not ready: answered 404' });
    expect(await seen(paths({ ...alive, '/readyz': answer(200) }), { readiness: '/readyz' })).toMatchObject({
      result: 'good',
    });
  });

  it.each([404, 405, 501])('that nobody named, and that answers %s, is none', async (status) => {
    expect(await seen(paths({ ...alive, '/ready': answer(status) }), { probe: '/health' })).toMatchObject({
      result: 'good',
    });
  });

  it('that nobody named decides where it is served', async () => {
    const handler = paths({ ...alive, '/ready': answer(503) });
    expect(await seen(handler, { probe: '/health' })).toMatchObject({ result: 'impaired' });
  });

  it('that hangs is impaired, not failed', async () => {
    const handler = paths({ ...alive, '/ready': () => undefined });
    expect(await seen(handler, { probe: '/health' })).toMatchObject({
      result: 'impaired',
      reason: 'not ready: no answer within 300 ms',
    });
  });

  it('does not hide that the service fails', async () => {
    const handler = paths({ '/health': answer(500), '/ready': answer(200) });
    expect(await seen(handler, { probe: '/health' })).toMatchObject({ result: 'failed', reason: 'answered 500' });
  });
});

describe('what a health answer tells of itself', () => {
  it.each([
    ['{"version":"2.0.0","uptime_seconds":86400}', { version: '2.0.0', startedMs: nowMs - 86_400_000 }],
    ['{"version":"v1.2.3-rc.1+5","uptime":1.5}', { version: 'v1.2.3-rc.1+5', startedMs: nowMs - 1500 }],
    ['{"started_at":"2025-01-15T10:00:00Z"}', { startedMs: nowMs - 1_800_000 }],
  ])('is taken from %s', async (body, facts) => {
    expect(await seen(answer(200, body))).toMatchObject(facts);
  });

  it.each([
    ['no JSON', 'ok'],
    ['broken JSON', '{"version":'],
    ['another kind of JSON', '["version"]'],
    ['fields of other types', '{"version":7,"uptime_seconds":"long","started_at":"yesterday"}'],
    ['a version that is a text for people', '{"version":"the <b>newest</b> one"}'],
    ['a start in the future', '{"started_at":"2031-01-15T10:00:00Z"}'],
    ['more than 16 KiB', `{"version":"1.0.0","filler":"${'x'.repeat(20_000)}"}`],
  ])('is left out of %s, and the service is still well', async (_, body) => {
    const probe = await seen(answer(200, body));
    expect(probe.result).toBe('good');
    expect(probe).not.toHaveProperty('version');
    expect(probe).not.toHaveProperty('startedMs');
  });
});

describe('over TCP', () => {
  it('a service that takes a connection is well', async () => {
    const port = await listen(createTcpServer());
    const probe = await proberOf().probe({ ...row, probe: 'tcp', url: `tcp://127.0.0.1:${port}` });
    expect(probe).toMatchObject({ result: 'good', reason: null, isNetworkProof: true });
  });

  it('one that refuses it has failed', async () => {
    const port = await listen(createTcpServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const probe = await proberOf().probe({ ...row, probe: 'tcp', url: `tcp://127.0.0.1:${port}` });
    expect(probe).toMatchObject({ result: 'failed', reason: 'connection refused', isNetworkProof: true });
  });
});
