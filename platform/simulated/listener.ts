import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { holdPort, prepareToHold } from './held-port.ts';

/** Makes the server listen on 127.0.0.1; port 0 is any free one. Rejects when the port is taken. */
export async function openListener(server: Server, port: number): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)));
  });
  await prepareToHold();
  await listen(server, port);
  const { port: openPort } = server.address() as AddressInfo;
  let letGo: (() => Promise<void>) | undefined;
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const release = async () => {
    await letGo?.();
    letGo = undefined;
  };
  return {
    port: openPort,
    async close() {
      await stop();
      await release();
    },
    async setReachable(isReachable) {
      if (isReachable === server.listening) return;
      if (isReachable) {
        await release();
        await listen(server, openPort);
      } else {
        await stop();
        letGo = await holdPort(openPort);
      }
    },
  };
}

export interface Listener {
  port: number;
  /** Refuses connections while false, breaking those that are open; true listens on the same port again, kept till then. */
  setReachable(isReachable: boolean): Promise<void>;
  /** Breaks what is open and waits until the port is free. */
  close(): Promise<void>;
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}
