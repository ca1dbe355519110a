import type { LookupAddress } from 'node:dns';
import { type EventEmitter, once } from 'node:events';
import { connect as connectOverTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectOverTls } from 'node:tls';
import { addressOf } from '../catalogue.ts';
import { hostName } from './allow-list.ts';
import type { Resolve } from './receiver-lookup.ts';
import type { ReceiverRule } from './receiver-rule.ts';

interface ConnectionOptions {
  rule: ReceiverRule;
  resolve: Resolve;
  /** Its end ends the connection too, whoever uses it then. */
  signal: AbortSignal;
}

/** The message says which address, and is for everybody to read. */
export class AddressNotAllowed extends Error {
  override name = 'AddressNotAllowed';
}

/**
 * A new connection to the host of a URL, ready to be written to. Its name is looked up once, every address found must be
 * allowed, and only those are connected to; what then is at the other end is asked again before a byte is sent. Over TLS the
 * certificate must be valid for the host, whatever the environment says of that. Throws {@link AddressNotAllowed}, or Node's
 * error.
 */
export async function openConnection(url: URL, { rule, resolve, signal }: ConnectionOptions): Promise<Socket> {
  const { host, port } = addressOf(url.href);
  const addresses = await within(signal, resolve(host));
  for (const { address } of addresses) check(rule, host, address);
  const socket = failingQuietly(connectOverTcp({ host, port, lookup: pinned(addresses), signal }));
  await once(socket, 'connect', { signal });
  check(rule, host, otherEndOf(socket));
  if (url.protocol === 'http:') return socket;

  const name = hostName(host);
  const servername = isIP(name) ? {} : { servername: name };
  const encrypted = failingQuietly(
    connectOverTls({ socket, host: name, ...servername, ALPNProtocols: ['http/1.1'], rejectUnauthorized: true }),
  );
  await once(encrypted, 'secureConnect', { signal });
  return encrypted;
}

function check(rule: ReceiverRule, host: string, address: string): void {
  const refusal = rule(host, address);
  if (refusal !== undefined) throw new AddressNotAllowed(refusal);
}

/** The system tells none of a connection that was broken off meanwhile. */
function otherEndOf({ remoteAddress }: Socket): string {
  if (remoteAddress === undefined) throw Object.assign(new Error('The connection is closed.'), { code: 'ECONNRESET' });
  return remoteAddress;
}

/** What a look-up is answered with, whatever the name stands for by then. */
function pinned(addresses: LookupAddress[]): LookupFunction {
  return (_, options, callback) => {
    const [first] = addresses as [LookupAddress];
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  };
}

/** A failure is told to whoever waits for something of the emitter; while nobody does, it must not end the process. */
export function failingQuietly<E extends EventEmitter>(emitter: E): E {
  return emitter.on('error', () => undefined);
}

/** The promise's answer, or the signal's reason if that comes first. */
async function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const end = Promise.withResolvers<never>();
  const stop = () => end.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, end.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
