import Docker from 'dockerode';
import type { Secrets } from '../../backend/backend.ts';
import { addressOf } from '../catalogue.ts';
import { ContainerHostUnreachable } from './container-engine.ts';
import { type HostCertificates, parseHostCertificates } from './host-certificates.ts';

/**
 * Gives the client for the engine at this address. Over TLS it is made anew when the certificates have changed, which are
 * read with each call; the secrets' own cache makes that cheap. Everything is named, or else the library would take from
 * the process's environment what is left out.
 */
export function dockerClient(host: string, secrets: Secrets): () => Promise<Docker> {
  const address = new URL(host);
  if (address.protocol === 'unix:') {
    const client = new Docker({ ...nothing, socketPath: address.pathname });
    return async () => client;
  }
  const target = { ...nothing, ...addressOf(host) };
  if (address.protocol === 'tcp:' && address.port !== tlsPort) {
    const client = new Docker({ ...target, protocol: 'http' });
    return async () => client;
  }
  let known: { text: string | undefined; client: Docker } | undefined;
  return async () => {
    const text = await secrets.get('container-hosts');
    if (!known || known.text !== text) {
      known = { text, client: new Docker({ ...target, protocol: 'https', ...certificatesFor(host, text) }) };
    }
    return known.client;
  };
}

/** Registered for Docker's API over TLS. */
const tlsPort = '2376';

const nothing = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  protocol: undefined,
  pathPrefix: '/',
  ca: undefined,
  cert: undefined,
  key: undefined,
  timeout: undefined,
} as unknown as Docker.DockerOptions;

function certificatesFor(host: string, text: string | undefined): HostCertificates[string] {
  if (text === undefined) throw new ContainerHostUnreachable(`There is no client certificate for ${host}`, host);
  const parsed = parseHostCertificates(text);
  if (parsed.problem !== undefined)
    throw new ContainerHostUnreachable(`The secret of the container hosts is not valid: ${parsed.problem}`, host);
  const found = parsed.certificates[host] ?? parsed.certificates['default'];
  if (!found)
    throw new ContainerHostUnreachable(`The secret of the container hosts names no certificate for ${host}`, host);
  return found;
}
