import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../../platform/catalogue.ts';
import { httpGet } from '../../../platform/probing/http-get.ts';
import { createProber } from '../../../platform/probing/prober.ts';
import { probeTcp } from '../../../platform/probing/tcp-probe.ts';

const timeoutMs = 200;

/** Listens for connections and, being halted, takes none. */
const listener = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 },
  function () { console.log(this.address().port); })`;

describe('a host that answers no connection, as one that is switched off', () => {
  let halted: ChildProcess;
  let port: number;
  const waiting: Socket[] = [];
  beforeAll(async () => {
    halted = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [printed] = await once(halted.stdout as NodeJS.ReadableStream, 'data');
    port = Number(String(printed));
    halted.kill('SIGSTOP');
    for (let each = 0; each < 8; each += 1) waiting.push(connect(port, '127.0.0.1').on('error', () => 'it is halted'));
    await Promise.any(waiting.map((socket) => once(socket, 'connect')));
  });
  afterAll(() => {
    for (const socket of waiting) socket.destroy();
    halted.kill('SIGKILL');
  });

  it.each(['/health', 'tcp'])(
    'has failed within the time limit of a probe of %s, which proves nothing',
    async (probe) => {
      const service: Service = {
        name: 'service',
        container: 'service',
        port: 80,
        tier: 'Test',
        critical: false,
        depends_on: [],
        probe,
        url: `http://127.0.0.1:${port}`,
      };
      const prober = createProber({ timeoutMs, slowMs: 100, clock: { now: () => 0 } });
      const { result, reason, isNetworkProof, latencyMs } = await prober.probe(service);
      expect([result, reason, isNetworkProof]).toEqual(['failed', `no answer within ${timeoutMs} ms`, false]);
      expect(latencyMs).toBeLessThan(10 * timeoutMs);
    },
  );
});

describe('a name that nobody answers for', () => {
  const lookup: LookupFunction = () => undefined;

  it('is given up within the time limit over HTTP', async () => {
    await expect(httpGet('http://service:80/health', { timeoutMs: 20, lookup })).rejects.toThrow(
      expect.objectContaining({ name: 'TimeoutError' }),
    );
  });

  it('is given up within the time limit over TCP', async () => {
    const sight = await probeTcp('http://service:80', { timeoutMs: 20, lookup });
    expect(sight).toMatchObject({ result: 'failed', reason: 'no answer within 20 ms', isNetworkProof: false });
  });
});
