import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { parse as parseQuery } from 'node:querystring';
import { hasErrorCode } from '../../backend/embedded/error-code.ts';
import type { EmbeddedObjects } from '../../backend/embedded/objects.ts';
import { authenticate } from '../../functions/core/authentication.ts';
import type { AnyEndpoint, Home } from '../../functions/core/endpoint.ts';
import { ApiError } from '../../functions/core/errors.ts';
import { answerUnmatched } from '../../functions/core/fallback.ts';
import { bodyBytesMax, type HttpRequest, type HttpResponse, securityHeaders } from '../../functions/core/http.ts';
import { newId } from '../../functions/core/ids.ts';
import { type Call, invoke, refuse } from '../../functions/core/invoke.ts';
import { type MeasuredOperation, requestReading } from '../../functions/core/request-reading.ts';
import { createRouter, type Match, type Router } from '../../functions/core/router.ts';

export interface Site {
  /** Each with the home that its contract's access allows. */
  endpoints: HomedEndpoint[];
  /** The home of what no contract names. */
  home: Home;
  objects: Pick<EmbeddedObjects, 'readSigned'>;
  /** What the paths of callers begin with that a proxy takes away; empty where they begin with nothing. */
  basePath: string;
}

export type HomedEndpoint = AnyEndpoint & { home: Home };

/** The API over HTTP, as API Gateway serves it on AWS: routing, tokens and limits, then the endpoint itself. */
export function requestListener(site: Site): RequestListener {
  const router = createRouter(site.endpoints);
  return (request, response) => {
    const startedMs = performance.now();
    const requestId = newId('req', site.home.backend.clock.now());
    const matched = matchIn(router, request);
    const call = { requestId, startedMs, operation: matched.match?.endpoint.contract };
    answer(request, requestId, matched, site)
      .catch((error: unknown) => (isDisconnect(error, request) ? undefined : refuse(error, requestId, site.home)))
      .then((reply) => {
        if (!reply) return logDisconnect(site.home, request, call);
        send(response, { ...reply, headers: { ...reply.headers, 'x-request-id': requestId } });
        logRequest(site.home, request, response.statusCode, call);
        if (!matched.isObject) measure(site.home, response.statusCode, call);
      })
      .catch((error: Error) => site.home.log.error('answer could not be sent', { request_id: requestId, error }));
  };
}

type Reply = Omit<HttpResponse, 'body'> & { body: string | Uint8Array };

/** Where a request leads. */
interface Matched {
  router: Router<HomedEndpoint>;
  url: string;
  path: string;
  /** Whether it asks for an artifact by its signed link, which on AWS goes to S3 and not to the API. */
  isObject: boolean;
  match: Match<HomedEndpoint> | undefined;
}

function matchIn(router: Router<HomedEndpoint>, { method = 'GET', url = '/' }: IncomingMessage): Matched {
  const path = url.split('?', 1)[0] as string;
  const isObject = path.startsWith('/objects/');
  return { router, url, path, isObject, match: isObject ? undefined : matchOf(router, method, path) };
}

async function answer(
  message: IncomingMessage,
  requestId: string,
  { router, url, path, isObject, match }: Matched,
  site: Site,
): Promise<Reply> {
  if (isObject) return answerObject(message, url, site);
  const principal = await principalOf(match?.endpoint, message, site.home);
  const request: HttpRequest = {
    method: message.method ?? 'GET',
    path,
    parameters: match?.parameters ?? {},
    query: parseQuery(url.slice(path.length + 1)) as HttpRequest['query'],
    headers: message.headers as HttpRequest['headers'],
    body: await readBody(message),
  };
  const call: Call = { request, requestId, principal, basePath: site.basePath };
  return match ? invoke(match.endpoint, call, match.endpoint.home) : answerUnmatched(router, call, site.home);
}

function matchOf(router: Router<HomedEndpoint>, method: string, path: string): Match<HomedEndpoint> | undefined {
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

async function answerObject(message: IncomingMessage, url: string, site: Site): Promise<Reply> {
  if (message.method !== 'GET') throw new ApiError('METHOD_NOT_ALLOWED', { headers: { allow: 'GET' } });
  const read = await site.objects.readSigned(url);
  if (read.outcome === 'found') {
    return { status: 200, headers: { ...securityHeaders, 'content-type': read.contentType }, body: read.body };
  }
  throw new ApiError('NOT_FOUND', { message: 'There is no such object, or its link is not valid any more.' });
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const isUnread = response.req.readable && !response.req.complete;
  response.writeHead(status, {
    ...headers,
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
    ...(isUnread ? { connection: 'close' } : {}),
  });
  response.end(body);
}

interface LoggedCall {
  requestId: string;
  /** By the clock of `performance`. */
  startedMs: number;
  operation: MeasuredOperation;
}

/** After the answer has gone out, so that no caller waits for it. */
function measure({ meter, backend }: Home, status: number, { operation, startedMs }: LoggedCall): void {
  const durationMs = performance.now() - startedMs;
  meter.record(requestReading(operation, { status, durationMs, atMs: backend.clock.now() }));
}

/** Reads that succeed are the bulk of the traffic and say nothing new; everything else is worth a line. */
function logRequest(home: Home, request: IncomingMessage, status: number, call: LoggedCall) {
  const level = request.method === 'GET' && status < 400 ? 'debug' : 'info';
  home.log[level]('request', { ...fieldsOf(request, call), status });
}

/** What reading a body throws when its client has gone away before the end: neither a fault nor anyone's to answer. */
function isDisconnect(error: unknown, request: IncomingMessage): boolean {
  return !request.complete && hasErrorCode(error, 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE');
}

function logDisconnect(home: Home, request: IncomingMessage, call: LoggedCall) {
  home.log.info('client went away', fieldsOf(request, call));
}

function fieldsOf(request: IncomingMessage, { requestId, startedMs }: LoggedCall) {
  return {
    request_id: requestId,
    method: request.method,
    path: request.url?.split('?', 1)[0],
    duration_ms: Math.round(performance.now() - startedMs),
  };
}
