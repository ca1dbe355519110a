import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { patientSend } from '../../../platform/upstream/patient-send.ts';
import type { SentAnswer, SentRequest } from '../../../platform/upstream/send.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function send(url: string, request: Partial<SentRequest> = {}): Promise<SentAnswer> {
  const signal = AbortSignal.timeout(10_000);
  return patientSend(new URL(url), {
    method: 'GET',
    headers: new Headers(),
    body: null,
    redirect: 'manual',
    signal,
    ...request,
  });
}

async function textOf({ body }: SentAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a call that may take long', () => {
  it('brings method, path, query, headers and body to the service, and its answer back', async () => {
    const url = await serve(async (request, response) => {
      const chunks = await request.toArray();
      response.writeHead(201, { 'x-asked': `${request.method} ${request.url} ${request.headers['x-name']}` });
      response.end(Buffer.concat(chunks));
    });
    const answer = await send(`${url}/a%2Fb?c=d`, {
      method: 'POST',
      headers: new Headers({ 'X-Name': 'n' }),
      body: 'zwölf',
    });
    expect(answer).toMatchObject({ status: 201, ok: true });
    expect(answer.headers.get('x-asked')).toBe('POST /a%2Fb?c=d n');
    expect(answer.headers.get('x-absent')).toBeNull();
    expect(await textOf(answer)).toBe('zwölf');
  });

  it('takes a redirect and an error as the answers that they are', async () => {
    const url = await serve(({ url }, response) => {
      response.writeHead(url === '/there' ? 302 : 503, { location: '/other', 'retry-after': '7' }).end('busy');
    });
    const [moved, busy] = [await send(`${url}/there`), await send(`${url}/`)];
    expect([moved.status, moved.ok, busy.status, busy.ok]).toEqual([302, false, 503, false]);
    expect([busy.headers.get('retry-after'), await textOf(busy)]).toEqual(['7', 'busy']);
  });

  it.each([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('reads an answer that comes with the encoding %s', async (encoding, encode) => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(encode('{"a":1}'));
    });
    expect(await textOf(await send(url))).toBe('{"a":1}');
  });

  it.each(['identity', 'constructor', '__proto__'])(
    'takes an answer as it is that comes with the encoding %s',
    async (encoding) => {
      const url = await serve((_, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end('{"a":1}');
      });
      expect(await textOf(await send(url))).toBe('{"a":1}');
    },
  );

  it('fails where an encoded answer is damaged, and where it breaks off', async () => {
    const whole = gzipSync('x'.repeat(100_000));
    const damaged = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip at all');
    });
    const broken = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': whole.length });
      response.write(whole.subarray(0, 50), () => response.destroy());
    });
    for (const url of [damaged, broken]) {
      const answer = await send(url);
      await expect(textOf(answer)).rejects.toThrow();
    }
  });

  it('is ended by its own signal, before the answer and in the middle of it', async () => {
    const silent = await serve(() => {});
    await expect(send(silent, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: 'TimeoutError' });
    const halting = await serve((_, response) => {
      response.writeHead(200).write('half');
    });
    const answer = await send(halting, { signal: AbortSignal.timeout(200) });
    await expect(textOf(answer)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('says by its code that there was no connection', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const closedPort = (free.address() as AddressInfo).port;
    free.close();
    await once(free, 'close');
    await expect(send(`http://127.0.0.1:${closedPort}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
