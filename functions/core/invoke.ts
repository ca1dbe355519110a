import * as z from 'zod';
import { ConditionFailed } from '../../backend/backend.ts';
import type { Contract } from './contract.ts';
import type { AnyEndpoint, AnyReply, EndpointContext, Home } from './endpoint.ts';
import { ApiError, errorBody } from './errors.ts';
import { type HttpRequest, type HttpResponse, securityHeaders } from './http.ts';
import { type Attempt, beginAttempt, endAttempt } from './idempotency.ts';
import { idFrom, newId } from './ids.ts';
import { jsonOf } from './json.ts';
import { type LogFields, withFields } from './log.ts';
import { countRequest } from './rate-limit.ts';
import { readJsonBody, refuseTooLarge } from './request-body.ts';
import { parsePart } from './validation.ts';

export interface Call {
  request: HttpRequest;
  requestId: string;
  principal: string;
  /** As in {@link EndpointContext}; empty where left out. */
  basePath?: string;
}

/**
 * Runs one request through its endpoint: rate limit, body, validation, idempotency, handler, answer. Never throws:
 * an ApiError becomes its envelope, anything else a 500 that shows nothing and is logged with its cause.
 */
export async function invoke(endpoint: AnyEndpoint, call: Call, home: Home): Promise<HttpResponse> {
  const headers: Record<string, string> = {};
  let response: HttpResponse;
  try {
    await limitRate(endpoint.contract, call, home, headers);
    response = await answer(endpoint, call, home);
  } catch (error) {
    response = refuse(error, call.requestId, home, endpoint.contract);
  }
  const answered = withBasePath(response.headers, call.basePath);
  return { ...response, headers: { ...answered, ...headers, 'x-request-id': call.requestId } };
}

/** A Location as the caller can follow it: endpoints, and answers that are remembered, know nothing of what precedes their paths. */
function withBasePath(headers: HttpResponse['headers'], basePath = ''): HttpResponse['headers'] {
  const { location } = headers;
  return location?.startsWith('/') ? { ...headers, location: `${basePath}${location}` } : headers;
}

async function limitRate(contract: Contract, call: Call, home: Home, headers: Record<string, string>) {
  if (contract.rateLimit === 'none') return;
  const { backend, settings } = home;
  const counted = await countRequest(backend.table('requests'), {
    principal: call.principal,
    category: contract.rateLimit,
    limit: settings.rateLimits[contract.rateLimit],
    nowMs: backend.clock.now(),
  });
  Object.assign(headers, counted);
}

async function answer(endpoint: AnyEndpoint, call: Call, home: Home): Promise<HttpResponse> {
  const { contract } = endpoint;
  const input = readInput(contract, call.request);
  if (!contract.isIdempotent || call.request.headers['idempotency-key'] === undefined) {
    return respond(contract, await endpoint.handle(input, contextOf(call, home)));
  }
  const requests = home.backend.table('requests');
  const nowMs = home.backend.clock.now();
  const attempt = await beginAttempt(requests, { ...call, operationId: contract.operationId, nowMs });
  if ('replay' in attempt) return attempt.replay;
  let response: HttpResponse;
  try {
    response = respond(contract, await endpoint.handle(input, contextOf(call, home, attempt)));
  } catch (error) {
    response = refuse(error, call.requestId, home, contract);
  }
  await endAttempt(requests, attempt, response);
  return response;
}

const noFields = z.strictObject({});

function readInput(contract: Contract, request: HttpRequest) {
  const body = readBody(contract, request);
  return {
    parameters: parsePart(contract.parameters ?? noFields, request.parameters, 'path'),
    query: parsePart(contract.query ?? noFields, request.query, 'query'),
    headers: contract.headers && parsePart(contract.headers, request.headers, 'header'),
    body,
  };
}

function readBody(contract: Contract, request: HttpRequest) {
  if (contract.isBodyRaw) return refuseTooLarge(request);
  const json = contract.method === 'GET' ? undefined : readJsonBody(request);
  return contract.body ? parsePart(contract.body, json, 'body') : parsePart(noFields, json ?? {}, 'body');
}

function contextOf(call: Call, home: Home, attempt?: Attempt): EndpointContext {
  return {
    ...home,
    log: withFields(home.log, { request_id: call.requestId }),
    requestId: call.requestId,
    principal: call.principal,
    basePath: call.basePath ?? '',
    rawBody: call.request.body,
    newId: (prefix) =>
      attempt ? idFrom(prefix, attempt.startedMs, attempt.seed) : newId(prefix, home.backend.clock.now()),
  };
}

function respond(contract: Contract, reply: AnyReply): HttpResponse {
  const form = contract.answers[reply.answer as string];
  if (!form) throw new Error(`${contract.operationId} has no answer "${String(reply.answer)}"`);
  const { status, contentType = 'application/json; charset=utf-8' } = form;
  if (form.body === null) return { status, headers: { ...securityHeaders, ...reply.headers }, body: '' };
  return {
    status,
    headers: { ...securityHeaders, 'content-type': contentType, ...reply.headers },
    body: form.contentType === undefined ? jsonOf(reply.body) : String(reply.body),
  };
}

/**
 * The answer to a call that failed: the envelope of an ApiError, or a 500 whose cause only the log learns. An ApiError that
 * the contract declares is an answer like others, such as that of a readiness that a load balancer asks for all the time;
 * what is beyond the contract is a failure of ours.
 */
export function refuse(
  error: unknown,
  requestId: string,
  { log }: Pick<Home, 'log'>,
  contract?: Pick<Contract, 'errors'>,
): HttpResponse {
  const refusal = refusalOf(error);
  const { status, code, message, cause } = refusal;
  if (status >= 500 && contract?.errors.includes(code)) {
    const fields = { code, reason: message, ...(cause === undefined ? {} : errorFields(cause)) };
    log.warn('request refused', { request_id: requestId, ...fields });
  } else if (status >= 500) log.error('request failed', { request_id: requestId, ...errorFields(error) });
  return {
    status,
    headers: { ...securityHeaders, 'content-type': 'application/json; charset=utf-8', ...refusal.headers },
    body: JSON.stringify(errorBody(refusal, requestId)),
  };
}

function refusalOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ConditionFailed) {
    return new ApiError('CONFLICT', { message: 'The resource was changed at the same time. Try again.', cause: error });
  }
  return new ApiError('INTERNAL', { cause: error });
}

function errorFields(error: unknown): LogFields {
  return error instanceof Error ? { error } : { reason: String(error) };
}
