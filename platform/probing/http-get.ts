import { type ClientRequest, get as getOverHttp, type IncomingMessage } from 'node:http';
import { get as getOverHttps } from 'node:https';
import { connect, type LookupFunction } from 'node:net';

export interface Answer {
  statusCode: number;
  /** Empty when it is longer than any health answer. */
  text: string;
}

export interface ConnectionOptions {
  /** From the lookup of the host's name to the end of the answer. */
  timeoutMs: number;
  /** How host names are resolved. */
  lookup: LookupFunction;
}

/** More than any health answer has; what comes beyond is not read. */
const bytesMax = 16_384;

/**
 * The answer to a GET, over a connection that is opened for it and closed after it. Rejects with Node's error, or with a
 * `TimeoutError` when the answer is not there to its end in time. A redirect is an answer; what follows one is ignored.
 */
export async function httpGet(url: string, { timeoutMs, lookup }: ConnectionOptions): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let message: IncomingMessage | undefined;
  const request = send(url, lookup, (response) => {
    message = response;
    readAnswer(response).then(resolve, reject);
  });
  request.on('error', (error) => message?.complete || reject(error));
  const limit = setTimeout(() => reject(new DOMException('', 'TimeoutError')), timeoutMs);
  try {
    return await promise;
  } finally {
    clearTimeout(limit);
    request.destroy();
  }
}

/**
 * Without an agent, whose book-keeping would be a fifth of the work, and with headers that Node need not put together,
 * which is some 4 percent. Over TLS it is an agent for this request alone: it knows no earlier session, so that the
 * certificate is looked at each time.
 */
function send(url: string, lookup: LookupFunction, listener: (response: IncomingMessage) => void): ClientRequest {
  if (url.startsWith('https:')) return getOverHttps(url, { agent: false, lookup }, listener);
  const { host, hostname, port, pathname, search } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
  const createConnection = () => connect({ ...address, lookup });
  const headers = ['host', host, 'connection', 'close'];
  return getOverHttp({ createConnection, path: `${pathname}${search}`, headers }, listener);
}

function readAnswer(response: IncomingMessage): Promise<Answer> {
  const { statusCode = 0 } = response;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('error', reject);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) resolve({ statusCode, text: '' });
    else chunks.push(chunk);
  });
  response.on('end', () => resolve({ statusCode, text: Buffer.concat(chunks).toString('utf8') }));
  return promise;
}
