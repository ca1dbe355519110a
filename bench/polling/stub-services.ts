import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { onTime } from '../on-time.ts';
import { machineMs } from './machine-clock.ts';
import type { StubOptions } from './stub-process.ts';

/**
 * Services that cost as little as can be, so that they leave the machine to the prober: plain sockets, one answer to
 * everything and no parser. Each has a port of its own. Tells its parent the ports, and at each message when each service
 * gave its last answer.
 */
const { delaysMs } = JSON.parse(process.argv[2] ?? '') as StubOptions;

const body = JSON.stringify({ status: 'healthy', version: '1.4.2', uptime_seconds: 86_400 });
const head = ['HTTP/1.1 200 OK', 'content-type: application/json', `content-length: ${body.length}`];
const answer = Buffer.from(`${[...head, 'connection: close'].join('\r\n')}\r\n\r\n${body}`);
const answersMs = delaysMs.map(() => 0);

function stubOf(delayMs: number | null, position: number): Server {
  function reply(socket: Socket): void {
    answersMs[position] = machineMs();
    socket.end(answer);
  }
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => delayMs !== null && onTime(delayMs, () => reply(socket)));
  });
  return server.listen(0, '127.0.0.1');
}

process.on('message', () => process.send?.(answersMs));
process.on('disconnect', () => process.exit(0));
const servers = delaysMs.map(stubOf);
await Promise.all(servers.map((server) => once(server, 'listening')));
process.send?.(servers.map((server) => (server.address() as AddressInfo).port));
