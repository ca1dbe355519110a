import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal, type Reply } from './stand-in.ts';

/** An HTTP server, not yet listening, that answers what the handler replies after the time that the reply takes. */
export function createJsonServer(handle: (received: Received) => Promise<TimedReply> | TimedReply): Server {
  return createServer((request, response) => {
    answer(request, handle)
      .catch(refusalReply)
      .then((reply) => send(reply, request, response))
      .catch((error: Error) => response.destroy(error));
  });
}

export interface Received {
  method: string;
  /** With the query. */
  url: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  text: string;
}

export type TimedReply = Reply & { delayMs?: number };

/** The body's JSON, undefined where there is no body; throws a 400 {@link Refusal} for text that is none. */
export function jsonOf({ text }: Received): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'BAD_REQUEST', 'The body is not JSON.');
  }
}

/** The reply for what a handler threw: its refusal, or a 500 that shows the mistake in the stand-in. */
export function refusalReply(error: unknown): TimedReply {
  if (error instanceof Refusal) {
    return { status: error.status, body: { error: { code: error.code, message: error.message } } };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
  return { status: 500, body: { error: { code: 'STAND_IN_BROKEN', message } } };
}

/** Far above what the orchestrator sends: contexts and patches are at most some hundred kB. */
const bodyCharactersMax = 4 * 1024 * 1024;

async function answer(request: IncomingMessage, handle: (received: Received) => Promise<TimedReply> | TimedReply) {
  request.setEncoding('utf8');
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > bodyCharactersMax) throw new Refusal(413, 'PAYLOAD_TOO_LARGE', 'The body is too large.');
  }
  const { method = 'GET', url = '/', headers } = request;
  const { pathname: path, searchParams: query } = new URL(url, 'http://simulated');
  return handle({ method, url, path, query, headers, text });
}

async function send(reply: TimedReply, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (reply.delayMs) await delay(reply.delayMs, undefined, { ref: false });
  if (reply.isLost) request.socket.destroy();
  if (reply.isLost || reply.isWithheld) return;
  const isText = typeof reply.body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  const headers = { ...(reply.body === undefined ? {} : { 'content-type': type }), ...reply.headers };
  response.writeHead(reply.status ?? 200, headers).end(isText ? reply.body : JSON.stringify(reply.body));
}
