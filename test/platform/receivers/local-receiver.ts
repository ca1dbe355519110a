import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createReceivers, type ReceiversOptions } from '../../../platform/receivers/receivers.ts';

export interface LocalReceiver {
  port: number;
  url: string;
  /** Every connection that was taken. */
  sockets: Socket[];
}

/** A server of 127.0.0.1, gone with its connections at the end of the test. */
export async function listening(server: Server): Promise<LocalReceiver> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, sockets };
}

/** Once the connection is closed, for whatever reason. */
export function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
}

/** A receiver that answers like this. */
export function answering(listener: RequestListener): Promise<LocalReceiver> {
  return listening(createServer(listener));
}

/** A receiver that sends just this text once it got something, and leaves the connection open. */
export function answeringRaw(text: string): Promise<LocalReceiver> {
  return listening(createTcpServer((socket) => void socket.once('data', () => socket.write(text))));
}

/** Receivers as with an empty catalogue, at all addresses of IPv4's loopback unless told. */
export function localReceivers(options: Partial<ReceiversOptions> = {}) {
  const allow = [{ network: '127.0.0.0', bits: 8 }];
  return createReceivers({ catalogue: { services: [] }, allow, timeoutMs: 5000, ...options });
}

/** Resolves names as this table says, and knows no others. */
export function namesOf(table: Record<string, string[]>) {
  return async (host: string) => {
    const addresses = table[host];
    if (!addresses) throw Object.assign(new Error('not known'), { code: 'ENOTFOUND' });
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
}
