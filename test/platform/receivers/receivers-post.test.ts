import type { IncomingMessage } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../../tools/free-port.ts';
import { answering, answeringRaw, closing, listening, localReceivers, namesOf } from './local-receiver.ts';

const message = (url: string, body = '{"a":"ü"}') => ({ url, headers: { 'content-type': 'application/json' }, body });
const post = (url: string, options = {}) => localReceivers(options).post(message(url));

describe('a message', () => {
  it('is posted whole, with the headers given and no others of ours', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const { url, port } = await answering(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push({ request, body });
      response.end();
    });
    await post(`${url}/hooks/a%20b?c=d#e`);
    expect(seen[0]?.request).toMatchObject({ method: 'POST', url: '/hooks/a%20b?c=d' });
    expect(seen[0]?.body).toBe('{"a":"ü"}');
    expect(seen[0]?.request.headers).toEqual({
      host: `127.0.0.1:${port}`,
      connection: 'close',
      'content-length': '10',
      'content-type': 'application/json',
    });
  });

  it('goes over a connection of its own, which is closed after the answer', async () => {
    const { url, sockets } = await answering((_, response) => void response.end('ok'));
    const receivers = localReceivers();
    for (let each = 0; each < 2; each += 1) await receivers.post(message(url));
    expect(sockets).toHaveLength(2);
    await Promise.all(sockets.map(closing));
  });

  it('that HTTP cannot carry is not sent, nothing is thrown, and the connection is closed', async () => {
    const { url, sockets } = await answering((_, response) => void response.end());
    const receipt = await localReceivers().post({ url, headers: { 'x-a': 'b\r\nx-c: d' }, body: '' });
    expect(receipt).toMatchObject({ error: 'no connection: ERR_INVALID_CHAR' });
    await Promise.all(sockets.map(closing));
  });
});

describe('an answer', () => {
  it.each([200, 201, 204, 301, 400, 404, 410, 429, 500, 503])('of %s is a receipt with that status', async (status) => {
    const { url } = await answering((_, response) => void response.writeHead(status).end());
    expect(await post(url)).toEqual({
      durationMs: expect.any(Number),
      status,
      retryAfter: null,
      body: '',
      isTruncated: false,
    });
  });

  it.each(['120', 'Wed, 21 Oct 2026 07:28:00 GMT', 'soon'])(
    'says when to come back as it was sent: %s',
    async (when) => {
      const { url } = await answering(
        (_, response) => void response.writeHead(503, { 'retry-after': when }).end('busy'),
      );
      expect(await post(url)).toMatchObject({ status: 503, retryAfter: when, body: 'busy', isTruncated: false });
    },
  );

  it.each([301, 302, 303, 307, 308])('that redirects with %s is not followed', async (status) => {
    const other = await answering((_, response) => void response.end());
    const { url } = await answering((_, response) => void response.writeHead(status, { location: other.url }).end());
    expect(await post(url)).toMatchObject({ status });
    expect(other.sockets).toEqual([]);
  });

  it('with hints before it is the final one', async () => {
    const { url } = await answering((_, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.writeHead(202).end('final');
    });
    expect(await post(url)).toMatchObject({ status: 202, body: 'final' });
  });

  it('is taken though the receiver has not read the message', async () => {
    const { url } = await answering((_, response) => void response.writeHead(413).end('too large'));
    const receipt = await localReceivers().post(message(url, 'x'.repeat(200_000)));
    expect(receipt).toMatchObject({ status: 413, body: 'too large' });
  });
});

describe('the body of an answer', () => {
  it.each([
    ['of 4 KiB is kept whole', 'x'.repeat(4096), 'x'.repeat(4096), false],
    ['beyond 4 KiB is cut', 'x'.repeat(4097), 'x'.repeat(4096), true],
    ['is not cut through a character', `${'x'.repeat(4095)}üü`, 'x'.repeat(4095), true],
    ['of many bytes for each character is cut by bytes', '😀'.repeat(2000), '😀'.repeat(1024), true],
  ])('%s', async (_, sent, body, isTruncated) => {
    const { url } = await answering((_request, response) => void response.end(sent));
    expect(await post(url)).toMatchObject({ status: 200, body, isTruncated });
  });

  it('that is no UTF-8 is text with replacements', async () => {
    const { url } = await answering((_, response) => void response.end(Buffer.from([0x61, 0xff, 0xfe, 0x62, 0xc3])));
    expect(await post(url)).toMatchObject({ body: 'a\ufffd\ufffdb\ufffd', isTruncated: false });
  });

  it('that never ends is read no further than what is kept', async () => {
    const { url, sockets } = await answering((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(1024)));
      };
      response.on('drain', more);
      more();
    });
    const receipt = await post(url, { timeoutMs: 60_000 });
    expect(receipt).toMatchObject({ status: 200, body: 'x'.repeat(4096), isTruncated: true });
    expect(sockets).toHaveLength(1);
    await Promise.all(sockets.map(closing));
  });

  it.each([
    ['stalls', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart', 500],
    ['is broken', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\nnonsense\r\n', 5000],
  ])('that %s counts as far as it came', async (_, text, timeoutMs) => {
    const { url } = await answeringRaw(text);
    expect(await post(url, { timeoutMs })).toMatchObject({ status: 200, body: 'part', isTruncated: true });
  });

  it('that is broken off counts as far as it came', async () => {
    const { url } = await answering((_, response) => {
      response.writeHead(200, { 'content-length': 9 });
      response.write('part', () => void response.socket?.destroy());
    });
    expect(await post(url)).toMatchObject({ status: 200, body: 'part', isTruncated: true });
  });
});

describe('no answer', () => {
  it('within the time limit is told as that, and the connection is closed', async () => {
    const { url, sockets } = await answering(() => undefined);
    const receipt = await post(url, { timeoutMs: 100 });
    expect(receipt).toEqual({ durationMs: expect.any(Number), error: 'no answer within 100 ms' });
    expect(receipt.durationMs).toBeGreaterThanOrEqual(99);
    expect(sockets).toHaveLength(1);
    await Promise.all(sockets.map(closing));
  });

  it('to the end of its headers within the time limit is none', async () => {
    const { url } = await answeringRaw('HTTP/1.1 200 OK\r\nx-a: b\r\n');
    expect(await post(url, { timeoutMs: 100 })).toMatchObject({ error: 'no answer within 100 ms' });
  });

  it('because the name is not looked up in time is told as that', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    expect(await post('http://hooks.example.com/', { resolve, timeoutMs: 20 })).toMatchObject({
      error: 'no answer within 20 ms',
    });
  });

  it.each([
    ['is not known', {}],
    ['has no address', { 'hooks.example.com': [] }],
  ])('because the name %s is told as that', async (_, names) => {
    expect(await post('http://hooks.example.com/', { resolve: namesOf(names) })).toMatchObject({
      error: 'host name not found',
    });
  });

  it('because the connection is refused is told as that', async () => {
    expect(await post(`http://127.0.0.1:${await freePort()}/`)).toMatchObject({ error: 'connection refused' });
  });

  it('because the connection is reset is told as that', async () => {
    const atOnce = await listening(createTcpServer((socket) => void socket.resetAndDestroy()));
    expect(await post(atOnce.url)).toMatchObject({ error: 'connection broken off' });
    const later = await answering((request) => void request.socket.resetAndDestroy());
    expect(await post(later.url)).toMatchObject({ error: 'connection broken off' });
  });

  it('because the connection is closed is told as that', async () => {
    const { url } = await answering((request) => void request.socket.end());
    expect(await post(url)).toMatchObject({ error: 'connection broken off' });
  });

  it.each([
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['headers that are broken', 'HTTP/1.1 200 OK\r\nno header\r\n\r\n'],
    ['headers without end', `HTTP/1.1 200 OK\r\nx-a: ${'x'.repeat(100_000)}`],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
  ])('but %s is told as something else', async (_, text) => {
    const { url } = await answeringRaw(text);
    expect(await post(url)).toMatchObject({ error: 'answered with something other than HTTP' });
  });

  it('but a change of protocol is told as a broken connection', async () => {
    const { url } = await answeringRaw('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    expect(await post(url)).toMatchObject({ error: 'connection broken off' });
  });
});
