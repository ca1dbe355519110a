import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Listener, openListener } from '../../../platform/simulated/listener.ts';

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});

async function listeners(count: number): Promise<Listener[]> {
  const opened = await Promise.all(Array.from({ length: count }, () => openListener(createServer(), 0)));
  open.push(...opened);
  return opened;
}

/** As anybody on the machine gets them who asks for free ports. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function connected(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    return false;
  } finally {
    socket.destroy();
  }
}

it('a listener that is not reachable refuses connections, and keeps its port until it is reachable again', async () => {
  const away = await listeners(60);
  await Promise.all(away.map((listener) => listener.setReachable(false)));
  const kept = new Set(away.map(({ port }) => port));
  for (let round = 0; round < 20; round += 1)
    expect((await freePorts(150)).filter((port) => kept.has(port))).toEqual([]);
  const [first] = away as [Listener];
  expect(await connected(first.port)).toBe(false);
  for (const isReachable of [false, true, true]) await first.setReachable(isReachable);
  expect(await connected(first.port)).toBe(true);
});

it('a closed listener lets its port go, whether it was reachable or not', async () => {
  const [reachable, away] = (await listeners(2)) as [Listener, Listener];
  await away.setReachable(false);
  for (const { port, close } of [reachable, away]) {
    await close();
    open.push(await openListener(createServer(), port));
  }
});
