import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Secrets } from '../../../backend/backend.ts';
import { ContainerHostUnreachable } from '../../../platform/containers/container-engine.ts';
import { createDockerEngine } from '../../../platform/containers/docker-engine.ts';
import { freePort } from '../../../tools/free-port.ts';
import { type Certificates, makeCertificates } from '../../docker/certificates.ts';
import { type DockerHost, openDockerHost } from '../../docker/docker-host.ts';

let certificates: Certificates;
let strangers: Certificates;
let daemon: DockerHost;
let address: string;
beforeAll(async () => {
  certificates = makeCertificates();
  strangers = makeCertificates();
  const at = (name: string) => join(certificates.folder, name);
  address = `https://127.0.0.1:${await freePort()}`;
  daemon = await openDockerHost(
    `--host=${address.replace('https', 'tcp')}`,
    '--tlsverify',
    `--tlscacert=${at('ca.pem')}`,
    `--tlscert=${at('server-cert.pem')}`,
    `--tlskey=${at('server-key.pem')}`,
  );
});
afterAll(async () => {
  await daemon.close();
  certificates.remove();
  strangers.remove();
});

const secretsWith = (value: object | undefined): Secrets => ({
  get: async (name) => (name === 'container-hosts' && value ? JSON.stringify(value) : undefined),
});
const ours = () => ({ ca: certificates.ca, cert: certificates.clientCert, key: certificates.clientKey });
const engineWith = (value: object | undefined) => createDockerEngine(address, { secrets: secretsWith(value) });

it('an engine behind TLS serves whoever brings the certificate of the secret, by its address or by default', async () => {
  const name = await daemon.newContainer();
  for (const secret of [{ [address]: ours() }, { default: ours() }]) {
    const engine = engineWith(secret);
    expect((await engine.inspect(name))?.Name).toBe(`/${name}`);
    await engine.restart(name);
  }
});

it('it cannot be reached without a certificate, with one of somebody else, nor by somebody who does not know its own', async () => {
  const { ca } = certificates;
  for (const secret of [
    undefined,
    { 'https://elsewhere:2376': ours() },
    { default: { ca, cert: strangers.clientCert, key: strangers.clientKey } },
    { default: { ...ours(), ca: strangers.ca } },
  ])
    await expect(engineWith(secret).inspect('anything')).rejects.toThrow(ContainerHostUnreachable);
});

it('certificates that are changed are taken from the next call on', async () => {
  let value: object = { default: { ...ours(), ca: strangers.ca } };
  const secrets = { get: async () => JSON.stringify(value) };
  const engine = createDockerEngine(address, { secrets });
  await expect(engine.inspect('anything')).rejects.toThrow(ContainerHostUnreachable);
  value = { default: ours() };
  expect(await engine.inspect('nothing')).toBeUndefined();
});
