import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { createUpstreamClient, type UpstreamClientOptions } from '../../platform/client.ts';
import type { UpstreamRequest } from '../../platform/upstream/request.ts';
import type { Send } from '../../platform/upstream/send.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface FakeOptions {
  service?: string;
  /** How its clients send. */
  send?: Send | undefined;
}

/** A real HTTP server that gives one scripted answer after another, and a client whose catalogue points at it. */
export async function startFakeUpstream({ service = 'security-shield', send }: FakeOptions = {}) {
  const received: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  let script: Answer[] = [];
  const listener: RequestListener = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    const answer = script.length > 1 ? script.shift() : script[0];
    if (!answer) throw new Error('The test scripted no answer.');
    answer(request, response);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as AddressInfo).port;
  const waits: number[] = [];
  const warnings: string[] = [];
  return {
    received,
    waits,
    warnings,
    /** Answers in turn; the last one goes on being given. */
    answers(...answers: Answer[]) {
      script = answers;
    },
    client(options: Partial<UpstreamClientOptions> = {}, url = `http://127.0.0.1:${port}`) {
      const row = { container: 'omni-x', port: 1, tier: 'AI', critical: false, depends_on: [], probe: '/health' };
      return createUpstreamClient({
        catalogue: { services: [{ ...row, name: service, url }] },
        secrets: { get: async () => undefined },
        clock: { now: () => Date.parse('2025-01-15T10:30:00Z') },
        sleep: async (ms) => void waits.push(ms),
        random: () => 0.5,
        ...(send && { send }),
        log: { warn: (message, details) => void warnings.push(`${message} ${JSON.stringify(details)}`) },
        ...options,
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

export const ok = json(200, { ok: true });
export const hang: Answer = () => {};
export const breakConnection: Answer = (request) => request.socket.destroy();

export function get(changes: Partial<UpstreamRequest<unknown>> = {}): UpstreamRequest<unknown> {
  const schema = z.object({ ok: z.boolean() });
  return { service: 'security-shield', method: 'GET', path: '/thing', schema, ...changes };
}

export function post(changes: Partial<UpstreamRequest<unknown>> = {}): UpstreamRequest<unknown> {
  return get({ method: 'POST', body: { a: 1 }, ...changes });
}

/** The error that the call ends with; a call that succeeds fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (answer) => {
      throw new Error(`The call succeeded with ${JSON.stringify(answer)}.`);
    },
    (error: unknown) => error,
  );
}
