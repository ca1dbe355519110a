import { describe, expect, it } from 'vitest';
import { ContainerHostUnreachable } from '../../../platform/containers/container-engine.ts';
import { dockerClient } from '../../../platform/containers/docker-client.ts';
import { parseHostCertificates } from '../../../platform/containers/host-certificates.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const entry = {
  ca: certificate,
  cert: certificate,
  key: '-----BEGIN EC PRIVATE KEY-----\nBBBB\n-----END EC PRIVATE KEY-----\n',
};

interface Modem {
  socketPath?: string;
  host?: string;
  port?: number;
  protocol?: string;
  ca?: string;
}

async function modemFor(host: string, secret: string | undefined = JSON.stringify({ default: entry })): Promise<Modem> {
  const client = dockerClient(host, { get: async () => secret });
  return (await client()).modem as Modem;
}

describe('the client for an address', () => {
  it.each([
    ['unix:///run/docker.sock', { socketPath: '/run/docker.sock' }],
    ['tcp://engine:2375', { host: 'engine', port: 2375, protocol: 'http' }],
    ['tcp://[::1]:2375', { host: '::1', port: 2375, protocol: 'http' }],
    ['tcp://engine:2376', { host: 'engine', port: 2376, protocol: 'https', ca: certificate }],
    ['https://engine:8443', { host: 'engine', port: 8443, protocol: 'https', ca: certificate }],
    ['https://engine:443', { host: 'engine', port: 443, protocol: 'https', ca: certificate }],
  ])('%s', async (host, expected) => {
    expect(await modemFor(host)).toMatchObject(expected);
  });

  it("takes nothing from the process's own variables for Docker", async () => {
    const before = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = 'tcp://elsewhere:1';
    try {
      expect(await modemFor('tcp://engine:2375')).toMatchObject({ host: 'engine', port: 2375 });
      expect((await modemFor('unix:///run/docker.sock')).host).toBeUndefined();
    } finally {
      if (before === undefined) delete process.env['DOCKER_HOST'];
      else process.env['DOCKER_HOST'] = before;
    }
  });

  it('is kept while the certificates stay the same, and made anew when they change', async () => {
    let secret = JSON.stringify({ default: entry });
    const client = dockerClient('https://engine:2376', { get: async () => secret });
    const first = await client();
    expect(await client()).toBe(first);
    secret = JSON.stringify({ default: { ...entry, ca: `${certificate}\n` } });
    expect(await client()).not.toBe(first);
  });
});

describe('without a certificate that fits, the host counts as out of reach, in words that show nothing of the secret', () => {
  it.each([
    ['no secret', undefined, 'There is no client certificate for https://engine:2376'],
    ['no JSON', 'BBBB', 'The secret of the container hosts is not valid: must be JSON'],
    [
      'a file name in the place of a key',
      { default: { ...entry, key: '/etc/BBBB.pem' } },
      'default.key: must be a PEM',
    ],
    ['no key', { default: { ca: certificate, cert: certificate } }, 'default.key'],
    ['another address only', { 'https://other:2376': entry }, 'names no certificate for https://engine:2376'],
  ])('%s', async (_, secret, message) => {
    const text = typeof secret === 'object' ? JSON.stringify(secret) : secret;
    const client = dockerClient('https://engine:2376', { get: async () => text });
    const failure = await client().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ContainerHostUnreachable);
    expect((failure as Error).message).toContain(message);
    expect((failure as Error).message).not.toContain('BBBB');
  });
});

it('a secret with certificates for several hosts is read whole', () => {
  const text = JSON.stringify({ 'https://one:2376': entry, default: entry });
  expect(parseHostCertificates(text)).toEqual({ certificates: { 'https://one:2376': entry, default: entry } });
});
