import type { Clock, Secrets } from '../backend/backend.ts';
import { type Catalogue, serviceUrl } from './catalogue.ts';
import { readBody, readExcerpt } from './upstream/answer.ts';
import { type Credential, credentialFor } from './upstream/credentials.ts';
import { UpstreamError, UpstreamNotConfigured } from './upstream/errors.ts';
import { brokenCall, nonsenseAnswer, refusedCall } from './upstream/failures.ts';
import type { UpstreamRequest } from './upstream/request.ts';
import { parseRetryAfter, waitBeforeNextTry } from './upstream/retry.ts';
import type { Send, SentRequest } from './upstream/send.ts';

/**
 * The one way to call an upstream service. An answer is parsed and typed; everything else is an {@link UpstreamError},
 * after up to three tries of what was worth and safe repeating. Holds no state of its own.
 */
export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  const services = new Map(options.catalogue.services.map((service) => [service.name, service]));
  return {
    async call<Answer>(request: UpstreamRequest<Answer>): Promise<Answer> {
      const service = services.get(request.service);
      if (!service) throw new UpstreamNotConfigured(request.service, 'is not in the catalogue');
      const credential = await credentialFor(request.service, options.secrets);
      const message = messageOf(serviceUrl(service), request, credential);
      for (let tryNumber = 1; ; tryNumber++) {
        const outcome = await tryOnce(request, message, options);
        if (!(outcome instanceof UpstreamError)) return outcome.answer;
        const waitMs = waitBeforeNextTry(outcome, tryNumber, options.random);
        if (waitMs === undefined || tryNumber >= (request.triesMax ?? Number.POSITIVE_INFINITY)) throw outcome;
        options.log?.warn(`${outcome.message}; trying again`, {
          service_name: request.service,
          upstream_request_id: request.requestId,
          try_number: tryNumber,
          wait_ms: Math.round(waitMs),
        });
        await options.sleep(waitMs);
      }
    },
  };
}

export interface UpstreamClient {
  /** The parsed answer. Throws {@link UpstreamError}, and for what is the service's fault nothing else. */
  call<Answer>(request: UpstreamRequest<Answer>): Promise<Answer>;
}

export interface UpstreamClientOptions {
  catalogue: Catalogue;
  secrets: Secrets;
  clock: Clock;
  sleep: (ms: number) => Promise<void>;
  /** In [0, 1), for jitter. */
  random: () => number;
  /** `fetch` unless told. */
  send?: Send;
  log?: { warn(message: string, details: Record<string, unknown>): void };
}

/** Longer than any documented call that is not a job takes, shorter than a function's own time limit. */
const timeoutMsDefault = 10_000;
const responseBytesMaxDefault = 4 * 1024 * 1024;

/** A request as it is sent, and the secret in it, so that nothing quotes that. */
interface Message {
  url: URL;
  init: Omit<SentRequest, 'signal'>;
  secret: string | undefined;
}

async function tryOnce<Answer>(
  request: UpstreamRequest<Answer>,
  message: Message,
  { clock, send = fetch }: UpstreamClientOptions,
): Promise<{ answer: Answer } | UpstreamError> {
  const { timeoutMs = timeoutMsDefault, responseBytesMax = responseBytesMaxDefault } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await send(message.url, { ...message.init, signal });
    const { status, ok } = answer;
    if (ok) return parseAnswer(request, status, await readBody(answer, responseBytesMax));
    const retryAfterMs = parseRetryAfter(answer.headers.get('retry-after'), clock.now());
    return refusedCall(request, { status, retryAfterMs, excerpt: await readExcerpt(answer, message.secret) });
  } catch (error) {
    return brokenCall(request, error, timeoutMs, signal.aborted);
  }
}

function parseAnswer<Answer>(request: UpstreamRequest<Answer>, status: number, text: string) {
  let value: unknown;
  try {
    value = text === '' || request.format === 'text' ? text || undefined : JSON.parse(text);
  } catch {
    if (request.format !== 'any') return nonsenseAnswer(request, status, 'with a body that is not JSON');
    value = text;
  }
  const parsed = request.schema.safeParse(value);
  if (parsed.success) return { answer: parsed.data };
  const fields = new Set(parsed.error.issues.map((issue) => issue.path.join('.') || 'the body'));
  const named = [...fields].slice(0, fieldsNamedMax).join(', ');
  return nonsenseAnswer(request, status, `with a body that its API does not promise, at ${named}`);
}

/** As many as show what kind of mistake it is; a wrong list would name every element. */
const fieldsNamedMax = 5;

function messageOf(base: string, request: UpstreamRequest<unknown>, credential: Credential | undefined): Message {
  const url = new URL(base + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value));
  const headers = new Headers({ accept: accepts[request.format ?? 'json'] });
  const body = request.body === undefined ? null : JSON.stringify(request.body);
  if (body !== null) headers.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name, value);
  if (request.requestId) headers.set('x-request-id', request.requestId);
  if (request.idempotencyKey) headers.set('idempotency-key', request.idempotencyKey);
  if (credential) headers.set(credential.header, credential.value);
  return { url, init: { method: request.method, headers, body, redirect: 'manual' }, secret: credential?.secret };
}

const accepts = { json: 'application/json', text: 'text/plain', any: 'application/json, */*;q=0.5' };
