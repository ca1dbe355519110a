import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { machineMs } from '../polling/machine-clock.ts';

export interface ReceiverProcess {
  /** Answers at once. */
  goodUrl: string;
  /** Never answers. */
  hangingUrl: string;
  /** Events received at the good URL since the last call, with when each came first, on the clock of {@link machineMs}. */
  receiptsMs(): Promise<Map<string, number>>;
  close(): Promise<void>;
}

/** Receivers in a process of their own, so that their work is not ours. */
export async function startReceivers(): Promise<ReceiverProcess> {
  const child = fork(fileURLToPath(import.meta.url), ['receive'], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [port] = (await once(child, 'message')) as [number];
  return {
    goodUrl: `http://127.0.0.1:${port}/good`,
    hangingUrl: `http://127.0.0.1:${port}/hanging`,
    async receiptsMs() {
      child.send('receipts');
      const [receipts] = (await once(child, 'message')) as [[string, number][]];
      return new Map(receipts);
    },
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** Runs in the child. */
async function receive(): Promise<void> {
  let receipts = new Map<string, number>();
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === '/hanging') return;
    const id = String(request.headers['webhook-id']);
    if (!receipts.has(id)) receipts.set(id, machineMs());
    request.on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
  process.on('message', () => {
    process.send?.([...receipts]);
    receipts = new Map();
  });
  process.on('disconnect', () => process.exit());
}

if (process.argv[2] === 'receive') await receive();
