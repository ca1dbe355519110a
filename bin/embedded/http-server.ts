import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { parse as parseQuery } from 'node:querystring';
import { authenticate } from '../../functions/core/authentication.ts';
import type { AnyEndpoint, Home } from '../../functions/core/endpoint.ts';
import { ApiError } from '../../functions/core/errors.ts';
import { answerUnmatched } from '../../functions/core/fallback.ts';
import { bodyBytesMax, type HttpRequest, type HttpResponse, securityHeaders } from '../../functions/core/http.ts';
import { newId } from '../../functions/core/ids.ts';
import { type Call, invoke, refuse } from '../../functions/core/invoke.ts';
import { createRouter, type Match, type Router } from '../../functions/core/router.ts';
import type { StoredObject } from './stored-object.ts';

/** Longest that a client may take to send a request, in ms; longer is a client that holds connections. */
const requestTimeoutMs = 30_000;

interface Site {
  endpoints: AnyEndpoint[];
  home: Home;
  /** Gives the object that a signed link names, or undefined when the link is not one of ours or has run out. */
  readSignedObject(path: string, query: string): Promise<StoredObject | undefined>;
}

/** The API over HTTP, as API Gateway serves it on AWS: routing, tokens and limits, then the endpoint itself. */
export function createHttpServer(site: Site): Server {
  const router = createRouter(site.endpoints);
  return createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    const startedMs = performance.now();
    const requestId = newId('req', site.home.backend.clock.now());
    answer(request, requestId, router, site)
      .catch((error: unknown) => refuse(error, requestId, site.home))
      .then((reply) => send(response, { ...reply, headers: { ...reply.headers, 'x-request-id': requestId } }))
      .then(() => logRequest(site.home, request, response.statusCode, { requestId, startedMs }))
      .catch((error: Error) => site.home.log.error('answer could not be sent', { request_id: requestId, error }));
  });
}

type Reply = Omit<HttpResponse, 'body'> & { body: string | Uint8Array };

async function answer(
  message: IncomingMessage,
  requestId: string,
  router: Router<AnyEndpoint>,
  site: Site,
): Promise<Reply> {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark + 1);
  if (path.startsWith('/objects/')) return answerObject(message, path, query, site);
  const match = matchOf(router, message.method ?? 'GET', path);
  const principal = await principalOf(match?.endpoint, message, site.home);
  const request: HttpRequest = {
    method: message.method ?? 'GET',
    path,
    parameters: match?.parameters ?? {},
    query: parseQuery(query) as HttpRequest['query'],
    headers: message.headers as HttpRequest['headers'],
    body: await readBody(message),
  };
  const call: Call = { request, requestId, principal };
  return match ? invoke(match.endpoint, call, site.home) : answerUnmatched(router, call, site.home);
}

function matchOf(router: Router<AnyEndpoint>, method: string, path: string): Match<AnyEndpoint> | undefined {
  try {
    return router.match(method, path);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

async function principalOf(endpoint: AnyEndpoint | undefined, message: IncomingMessage, home: Home): Promise<string> {
  const auth = endpoint?.contract.auth ?? 'bearer';
  const isOpen = auth === 'none' || (auth === 'probe' && home.settings.publicProbes);
  return isOpen ? 'anonymous' : authenticate(message.headers.authorization, home.backend.secrets);
}

const noBody = new Uint8Array();

/** The body, or as much of it as shows that it is too large; the endpoint core refuses it then. */
async function readBody(message: IncomingMessage): Promise<Uint8Array> {
  if (message.headers['content-length'] === undefined && message.headers['transfer-encoding'] === undefined)
    return noBody;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
    if (bytes > bodyBytesMax) break;
  }
  return Buffer.concat(chunks);
}

async function answerObject(message: IncomingMessage, path: string, query: string, site: Site): Promise<Reply> {
  if (message.method !== 'GET' && message.method !== 'HEAD') {
    throw new ApiError('METHOD_NOT_ALLOWED', { headers: { allow: 'GET, HEAD' } });
  }
  const stored = await site.readSignedObject(path, query);
  if (!stored) throw new ApiError('NOT_FOUND', { message: 'There is no such object, or its link has run out.' });
  return { status: 200, headers: { ...securityHeaders, 'content-type': stored.contentType }, body: stored.body };
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const isUnread = response.req.readable && !response.req.complete;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  response.writeHead(status, { ...headers, 'content-length': length, ...(isUnread ? { connection: 'close' } : {}) });
  response.end(body);
}

/** Reads that succeed are the bulk of the traffic and say nothing new; everything else is worth a line. */
function logRequest(
  home: Home,
  request: IncomingMessage,
  status: number,
  call: { requestId: string; startedMs: number },
) {
  const level = request.method === 'GET' && status < 400 ? 'debug' : 'info';
  home.log[level]('request', {
    request_id: call.requestId,
    method: request.method,
    path: request.url?.split('?', 1)[0],
    status,
    duration_ms: Math.round(performance.now() - call.startedMs),
  });
}
