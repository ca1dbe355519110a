import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

const host = '127.0.0.1';

/** Where connections lead that keep ports. */
let harbour: Promise<Server> | undefined;

/**
 * Makes it possible to hold ports: to be called before the first port is let go that is to be held, as opening what holding
 * takes might be given just that port. One for the process, which it does not keep alive.
 */
export function prepareToHold(): Promise<Server> {
  harbour ??= openHarbour();
  return harbour;
}

/**
 * Keeps a port that nothing listens on: being one end of a connection, it is not among the free ports that the system
 * gives to others, and still refuses connections. Gives what lets it go.
 */
export async function holdPort(port: number): Promise<() => Promise<void>> {
  const { port: harbourPort } = (await prepareToHold()).address() as AddressInfo;
  const holder = connect({ host, port: harbourPort, localAddress: host, localPort: port });
  await once(holder, 'connect');
  return async () => {
    holder.resetAndDestroy();
    await once(holder, 'close');
  };
}

async function openHarbour(): Promise<Server> {
  const server = createServer((socket: Socket) => socket.unref().on('error', () => socket.destroy()));
  server.listen(0, host).unref();
  await once(server, 'listening');
  return server;
}
