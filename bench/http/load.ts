import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Load {
  port: number;
  path: string;
  token: string;
  /** Requests under way at any time, each on a connection of its own. */
  connections: number;
  /** How long to go on, in ms; what is under way then is finished and counted. */
  durationMs: number;
}

export interface LoadResult {
  requests: number;
  /** Requests per second of wall time. */
  requestsPerSecond: number;
}

/**
 * Asks the same again and again over kept connections, one request at a time on each. Plain sockets and no HTTP parser,
 * so that the generator costs a fraction of the server it measures. Rejects at the first answer that is not a 200.
 */
export async function generateLoad(load: Load): Promise<LoadResult> {
  const request = Buffer.from(
    `GET ${load.path} HTTP/1.1\r\nhost: 127.0.0.1:${load.port}\r\nauthorization: Bearer ${load.token}\r\n\r\n`,
  );
  const startedMs = performance.now();
  const isOver = () => performance.now() - startedMs >= load.durationMs;
  const counts = await Promise.all(
    Array.from({ length: load.connections }, () => exchangeUntil(isOver, load.port, request)),
  );
  const requests = counts.reduce((sum, count) => sum + count, 0);
  return { requests, requestsPerSecond: (requests / (performance.now() - startedMs)) * 1000 };
}

async function exchangeUntil(isOver: () => boolean, port: number, request: Buffer): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  try {
    return await new Promise((resolve, reject) => exchange(socket, { isOver, request, resolve, reject }));
  } finally {
    socket.destroy();
  }
}

interface Exchange {
  isOver(): boolean;
  request: Buffer;
  resolve(requests: number): void;
  reject(error: Error): void;
}

function exchange(socket: Socket, { isOver, request, resolve, reject }: Exchange): void {
  let requests = 0;
  let missingBytes: number | undefined;
  let head = Buffer.alloc(0);
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('The server closed a connection under load.')));
  socket.on('data', (chunk) => {
    if (missingBytes === undefined) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const answerBytes = answerBytesOf(head, reject);
      if (answerBytes === undefined) return;
      missingBytes = answerBytes - head.length;
      head = Buffer.alloc(0);
    } else missingBytes -= chunk.length;
    if (missingBytes > 0) return;
    missingBytes = undefined;
    requests += 1;
    if (isOver()) resolve(requests);
    else socket.write(request);
  });
  socket.write(request);
}

/** The bytes of the whole answer, once its head is complete. */
function answerBytesOf(head: Buffer, reject: (error: Error) => void): number | undefined {
  const end = head.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const text = head.toString('latin1', 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (!text.startsWith('HTTP/1.1 200 ') || length === undefined) reject(new Error(`Not the answer asked for: ${text}`));
  return end + 4 + Number(length);
}
