import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens and gives the base URL. Throws an Error that says what to change when the port is taken or may not be used. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(reasons[(error as NodeJS.ErrnoException).code ?? '']?.(host, port) ?? (error as Error).message);
  }
  const address = server.address() as AddressInfo;
  const reachable = ['0.0.0.0', '::'].includes(address.address) ? 'localhost' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${address.port}`;
}

const reasons: Record<string, (host: string, port: number) => string> = {
  EADDRINUSE: (host, port) => `Port ${port} of ${host} is taken by another program. Choose another one with PORT.`,
  EACCES: (_, port) => `Port ${port} may not be used by this user. Choose one above 1023 with PORT.`,
  EADDRNOTAVAIL: (host) => `${host} is not an address of this machine. Correct HOST.`,
  ENOTFOUND: (host) => `${host} is not a known host name. Correct HOST.`,
};
