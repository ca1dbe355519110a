import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { failingQuietly } from './receiver-connection.ts';

export interface ReceiverMessage {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface ReceiverAnswer {
  status: number;
  /** As it was sent. */
  retryAfter: string | null;
  /** Up to 4 KiB, as text. */
  body: string;
  /** Whether there was more of the body, or it ended before its end. */
  isTruncated: boolean;
}

/** Enough to see what a receiver complains about, and little enough to keep with each delivery. */
const bytesMax = 4096;

/**
 * POSTs a message over a connection that is used for nothing else, and gives the first final answer: a redirect is one. An
 * answer counts from its status line and headers on; its body is read until it ends, is more than is kept, or the
 * connection breaks off, which the end of the signal makes it do.
 */
export async function postOver(socket: Socket, message: ReceiverMessage, signal: AbortSignal): Promise<ReceiverAnswer> {
  const { host, pathname, search } = new URL(message.url);
  const headers = {
    ...message.headers,
    host,
    connection: 'close',
    'content-length': Buffer.byteLength(message.body),
  };
  const path = `${pathname}${search}`;
  const post = failingQuietly(request({ method: 'POST', path, headers, createConnection: () => socket }));
  const answered = answerTo(post, signal);
  post.end(message.body);
  const response = await answered;
  const { statusCode: status = 0, headers: answer } = response;
  return { status, retryAfter: answer['retry-after'] ?? null, ...(await readBody(response)) };
}

/** The final answer. One that changes the protocol is the end of this one, and what follows is nothing that is read. */
async function answerTo(post: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const end = Promise.withResolvers<never>();
  post.once('upgrade', () => end.reject(Object.assign(new Error('The protocol is changed.'), { code: 'ECONNRESET' })));
  const [response] = await Promise.race([once(post, 'response', { signal }), end.promise]);
  return response;
}

async function readBody(response: IncomingMessage) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > bytesMax) break;
    }
  } catch {
    return keptOf(chunks, true);
  }
  return keptOf(chunks, bytes > bytesMax);
}

/** Bytes that are no UTF-8 are replaced, by three each, so that the text is cut too; a character that was cut is left out. */
function keptOf(chunks: Buffer[], isTruncated: boolean) {
  const text = Buffer.from(decoded(Buffer.concat(chunks).subarray(0, bytesMax), isTruncated));
  if (text.length <= bytesMax) return { body: text.toString(), isTruncated };
  return { body: decoded(text.subarray(0, bytesMax), true), isTruncated: true };
}

function decoded(bytes: Uint8Array, isCut: boolean): string {
  return new TextDecoder().decode(bytes, { stream: isCut });
}
