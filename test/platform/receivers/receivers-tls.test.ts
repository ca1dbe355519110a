import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { certificate } from './certificate.ts';
import { answering, closing, listening, localReceivers } from './local-receiver.ts';

const receivers = localReceivers({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
const post = (host: string, port: number) =>
  receivers.post({ url: `https://${host}:${port}/`, headers: {}, body: '{}' });

/** A receiver over TLS, and for each request the name that it was asked under and whether it knew the session. */
async function encrypted() {
  const requests: unknown[] = [];
  const server = createServer(certificate, ({ socket, headers: { host } }, response) => {
    const { servername } = socket as TLSSocket & { servername: string | false };
    requests.push({ servername, host, isReused: (socket as TLSSocket).isSessionReused() });
    response.end('ok');
  });
  return { ...(await listening(server)), requests };
}

describe('over TLS, with an authority that is trusted', () => {
  const trusted = getCACertificates('default');
  beforeEach(() => setDefaultCACertificates([...trusted, certificate.cert]));
  afterEach(() => setDefaultCACertificates(trusted));

  it('a receiver is sent to under its name, at every time with a session of its own', async () => {
    const { port, requests, sockets } = await encrypted();
    const name = { servername: 'receiver.test', isReused: false };
    for (const host of ['receiver.test', 'RECEIVER.TEST', 'receiver.test.'])
      expect(await post(host, port)).toMatchObject({ status: 200, body: 'ok' });
    expect(requests).toEqual([
      { ...name, host: `receiver.test:${port}` },
      { ...name, host: `receiver.test:${port}` },
      { ...name, host: `receiver.test.:${port}` },
    ]);
    await Promise.all(sockets.map(closing));
  });

  it('a receiver without a name is sent to if the certificate is for its address', async () => {
    const { port, requests } = await encrypted();
    expect(await post('127.0.0.1', port)).toMatchObject({ status: 200 });
    expect(requests).toEqual([{ servername: false, host: `127.0.0.1:${port}`, isReused: false }]);
  });

  it('an answer whose body stalls counts as far as it came', async () => {
    const server = createServer(certificate, (_, response) => void response.writeHead(200).write('part'));
    const { port, sockets } = await listening(server);
    const impatient = localReceivers({ timeoutMs: 1000 });
    const receipt = await impatient.post({ url: `https://127.0.0.1:${port}/`, headers: {}, body: '' });
    expect(receipt).toMatchObject({ status: 200, body: 'part', isTruncated: true });
    await Promise.all(sockets.map(closing));
  });

  it.each(['other.test', 'a.receiver.test', 'receiver.test.other.test'])(
    'a receiver at %s, for which its certificate is not, gets nothing',
    async (host) => {
      const { port, requests } = await encrypted();
      expect(await post(host, port)).toMatchObject({
        error: 'certificate not accepted: ERR_TLS_CERT_ALTNAME_INVALID',
      });
      expect(requests).toEqual([]);
    },
  );
});

describe('over TLS', () => {
  it('a receiver whose certificate nobody vouches for gets nothing, though the environment says that none need', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const { port, requests } = await encrypted();
    expect(await post('receiver.test', port)).toMatchObject({
      error: 'certificate not accepted: DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(requests).toEqual([]);
    warnings.mockRestore();
    vi.unstubAllEnvs();
  });

  it('a receiver that does not encrypt gets nothing', async () => {
    const { port } = await answering((_, response) => void response.end());
    expect(await post('receiver.test', port)).toMatchObject({ error: 'no agreement on encryption' });
  });

  it('a receiver that never agrees is given up within the time limit', async () => {
    const { port, sockets } = await listening(createTcpServer());
    const impatient = localReceivers({ timeoutMs: 100 });
    const receipt = await impatient.post({ url: `https://127.0.0.1:${port}/`, headers: {}, body: '' });
    expect(receipt).toMatchObject({ error: 'no answer within 100 ms' });
    expect(sockets).toHaveLength(1);
    await Promise.all(sockets.map((socket) => closing(socket.resume())));
  });
});
