import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Makes the server listen on 127.0.0.1; port 0 is any free one. Rejects when the port is taken. */
export async function openListener(server: Server, port: number): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)));
  });
  await listen(server, port);
  const { port: openPort } = server.address() as AddressInfo;
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port: openPort,
    close,
    async setReachable(isReachable) {
      if (!isReachable) await close();
      else if (!server.listening) await listen(server, openPort);
    },
  };
}

export interface Listener {
  port: number;
  /** Refuses connections while false, breaking those that are open; true listens on the same port again. */
  setReachable(isReachable: boolean): Promise<void>;
  /** Breaks what is open and waits until the port is free. */
  close(): Promise<void>;
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}
