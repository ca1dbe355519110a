import Docker from 'dockerode';
import * as z from 'zod';
import type { Secrets } from '../../backend/backend.ts';
import { ContainerHostUnreachable } from './container-engine.ts';

/** The certificates of a deployment: PEM texts by address, and those for every other address. */
const certificates = z.record(z.string(), z.object({ ca: z.string(), cert: z.string(), key: z.string() }));

type Certificates = z.output<typeof certificates>[string];

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
  const target = { ...nothing, host: address.hostname, port: address.port };
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

function certificatesFor(host: string, text: string | undefined): Certificates {
  if (text === undefined) throw new ContainerHostUnreachable(`There is no client certificate for ${host}`, host);
  const parsed = certificates.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new ContainerHostUnreachable('The secret of the container hosts is not what it should be', host);
  const found = parsed.data[host] ?? parsed.data['default'];
  if (!found)
    throw new ContainerHostUnreachable(`The secret of the container hosts names no certificate for ${host}`, host);
  return found;
}

/** Undefined for what is no JSON; the parser's message would quote the secret. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
