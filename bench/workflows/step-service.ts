import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTime } from '../on-time.ts';

export interface StepService {
  url: string;
  close(): Promise<void>;
}

/** Starts a service that takes so long for each answer, in a process of its own, so that its work is not ours. */
export async function startStepService(delayMs: number): Promise<StepService> {
  const child = fork(fileURLToPath(import.meta.url), ['serve', String(delayMs)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [port] = (await once(child, 'message')) as [number];
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/**
 * Runs in the child. Plain sockets and no parser, so that the machine is left to the orchestrator: connections are kept, and
 * each has one request at a time, whose head comes in one piece.
 */
async function serve(delayMs: number): Promise<void> {
  const body = JSON.stringify({ status: 'ok', items: [1, 2, 3] });
  const head = ['HTTP/1.1 200 OK', 'content-type: application/json', `content-length: ${body.length}`];
  const answer = Buffer.from(`${[...head, 'connection: keep-alive'].join('\r\n')}\r\n\r\n${body}`);
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (part) => {
      if (part.subarray(0, 5).toString('latin1') === 'POST ') onTime(delayMs, () => socket.write(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
  process.on('disconnect', () => process.exit());
}

if (process.argv[2] === 'serve') await serve(Number(process.argv[3]));
