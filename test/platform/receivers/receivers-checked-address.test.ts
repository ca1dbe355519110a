import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openConnection } from '../../../platform/receivers/receiver-connection.ts';
import { answering, closing, listening, localReceivers, namesOf } from './local-receiver.ts';

const message = (url: string) => ({ url, headers: {}, body: '{}' });

describe('a message is sent', () => {
  it('to the address that was checked, whatever the name stands for by then', async () => {
    const { port } = await answering((request, response) => void response.end(request.headers.host));
    const asked: string[] = [];
    const resolve = async (host: string) => {
      asked.push(host);
      return [{ address: asked.length === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
    };
    const receipt = await localReceivers({ resolve }).post(message(`http://hooks.example.com:${port}/`));
    expect(receipt).toMatchObject({ status: 200, body: `hooks.example.com:${port}` });
    expect(asked).toEqual(['hooks.example.com']);
  });

  it('to a second address where the first takes no connection', async () => {
    const { port } = await answering((_, response) => void response.end());
    const resolve = namesOf({ 'hooks.example.com': ['127.0.0.2', '127.0.0.1'] });
    expect(await localReceivers({ resolve }).post(message(`http://hooks.example.com:${port}/`))).toMatchObject({
      status: 200,
    });
  });

  it('to localhost if that is allowed by its name, in any case and with a dot', async () => {
    const { port } = await answering((_, response) => void response.end());
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const receivers = localReceivers({ resolve, allow: [{ host: 'localhost' }] });
    expect(await receivers.post(message(`http://LOCALHOST.:${port}/`))).toMatchObject({ status: 200 });
    expect(await receivers.post(message(`http://127.0.0.1:${port}/`))).toMatchObject({
      error: 'the address 127.0.0.1 is not allowed',
    });
  });

  it('to many at one host with one look-up at a time', async () => {
    const { port } = await answering((_, response) => void response.end());
    const found = Promise.withResolvers<{ address: string; family: number }[]>();
    let asked = 0;
    const resolve = () => {
      asked += 1;
      return found.promise;
    };
    const receivers = localReceivers({ resolve });
    const posts = [1, 2, 3].map(() => receivers.post(message(`http://hooks.example.com:${port}/`)));
    found.resolve([{ address: '127.0.0.1', family: 4 }]);
    expect((await Promise.all(posts)).map((receipt) => 'status' in receipt && receipt.status)).toEqual([200, 200, 200]);
    expect(asked).toBe(1);
    await receivers.post(message(`http://hooks.example.com:${port}/`));
    expect(asked).toBe(2);
  });
});

describe('nothing is connected to', () => {
  it('when a name that was good at registration has become bad', async () => {
    const { port, sockets } = await answering((_, response) => void response.end());
    const addresses = ['8.8.8.8', '127.0.0.1'];
    const resolve = async () => [{ address: addresses.shift() ?? '', family: 4 }];
    const receivers = localReceivers({ resolve, allow: [] });
    const url = `http://hooks.example.com:${port}/`;
    expect(await receivers.refusalOf(url)).toBeUndefined();
    expect(await receivers.post(message(url))).toEqual({
      durationMs: expect.any(Number),
      error: 'the address 127.0.0.1 is not allowed',
    });
    expect(sockets).toEqual([]);
  });

  it.each([
    ['127.0.0.1', '169.254.169.254'],
    ['127.0.0.1', '::1'],
    ['::ffff:127.0.0.1', '10.0.0.1'],
  ])('when a name stands for %s, which is allowed, and for %s, which is not', async (good, bad) => {
    const { port, sockets } = await answering((_, response) => void response.end());
    const resolve = namesOf({ 'hooks.example.com': [good, bad] });
    expect(await localReceivers({ resolve }).post(message(`http://hooks.example.com:${port}/`))).toMatchObject({
      error: `the address ${bad} is not allowed`,
    });
    expect(sockets).toEqual([]);
  });

  it.each([
    ['an address of this machine', 'http://2130706433', 'the address 127.0.0.1 is not allowed'],
    ['one that is mapped', 'http://[::ffff:7f00:1]', 'the address ::ffff:7f00:1 is not allowed'],
    ['a user name', 'http://me@127.0.0.1', 'the URL has a user name or a password'],
  ])('when the URL has %s', async (_, origin, error) => {
    const { port, sockets } = await answering((_request, response) => void response.end());
    expect(await localReceivers({ allow: [] }).post(message(`${origin}:${port}/`))).toMatchObject({ error });
    expect(sockets).toEqual([]);
  });

  it.each(['ftp', 'file', 'gopher'])('when the scheme is %s', async (scheme) => {
    const { port, sockets } = await answering((_, response) => void response.end());
    expect(await localReceivers().post(message(`${scheme}://127.0.0.1:${port}/`))).toHaveProperty('error');
    expect(sockets).toEqual([]);
  });
});

it.each(['http:', 'https:'])('over %s nothing is sent when the connection has led elsewhere', async (protocol) => {
  const received: unknown[] = [];
  const { port, sockets } = await listening(createTcpServer((socket) => void socket.on('data', received.push)));
  const answers = [undefined, 'the address 127.0.0.1 is not allowed'];
  const end = new AbortController();
  const opened = openConnection(new URL(`${protocol}//hooks.example.com:${port}/`), {
    rule: () => answers.shift(),
    resolve: namesOf({ 'hooks.example.com': ['127.0.0.1'] }),
    signal: end.signal,
  });
  await expect(opened).rejects.toThrow('the address 127.0.0.1 is not allowed');
  end.abort();
  await Promise.all(sockets.map(closing));
  expect(received).toEqual([]);
});
