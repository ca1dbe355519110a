import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const host = '127.0.0.1';

/**
 * Keeps a port that nothing listens on: being one end of a connection, it is not among the free ports that the system
 * gives to others, and still refuses connections. Gives what lets it go.
 */
export async function holdPort(port: number): Promise<() => Promise<void>> {
  const harbour = createServer().listen(0, host);
  await once(harbour, 'listening');
  const arrived = once(harbour, 'connection') as Promise<[Socket]>;
  const holder = connect({ host, port: (harbour.address() as AddressInfo).port, localAddress: host, localPort: port });
  await once(holder, 'connect');
  const [otherEnd] = await arrived;
  otherEnd.on('error', () => otherEnd.destroy());
  harbour.close();
  return async () => {
    holder.resetAndDestroy();
    await once(holder, 'close');
  };
}
