import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  APIGatewayTokenAuthorizerEvent,
  Context,
} from 'aws-lambda';
import { authenticate } from '../../functions/core/authentication.ts';
import type { AnyEndpoint, Home } from '../../functions/core/endpoint.ts';
import { ApiError } from '../../functions/core/errors.ts';
import { answerUnmatched } from '../../functions/core/fallback.ts';
import type { HttpRequest, HttpResponse } from '../../functions/core/http.ts';
import { type Call, invoke, refuse } from '../../functions/core/invoke.ts';
import type { createLog } from '../../functions/core/log.ts';
import { type MeasuredOperation, requestReading } from '../../functions/core/request-reading.ts';
import type { Router } from '../../functions/core/router.ts';
import type { AnyTask } from '../../functions/core/task.ts';
import { rounds } from './rounds.ts';

export type LambdaHome = Home & { log: ReturnType<typeof createLog> };

/** An endpoint as the handler of a Lambda function behind API Gateway, whose authorizer has said who calls. */
export function lambda(endpoint: AnyEndpoint, home: LambdaHome) {
  const handle = async (event: APIGatewayProxyEvent) =>
    resultOf(await measured(endpoint.contract, home, () => invoke(endpoint, callOf(event), home)));
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult, Error, Context>()
    .use(injectLambdaContext(home.log))
    .onError((request) => {
      request.response = resultOf(refuse(request.error, requestIdOf(request.event), home));
    })
    .handler(handle);
}

/** The handler of the function that API Gateway calls for what no contract names. */
export function fallbackLambda(router: Router<unknown>, home: LambdaHome) {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult, Error, Context>()
    .use(injectLambdaContext(home.log))
    .handler(async (event: APIGatewayProxyEvent) =>
      resultOf(await measured(undefined, home, () => answerUnmatched(router, callOf(event), home))),
    );
}

/** Answers a request, and records how and how fast. */
async function measured(operation: MeasuredOperation, home: LambdaHome, answer: () => Promise<HttpResponse>) {
  const startedMs = performance.now();
  const response = await answer();
  const durationMs = performance.now() - startedMs;
  home.meter.record(requestReading(operation, { status: response.status, durationMs, atMs: home.backend.clock.now() }));
  return response;
}

/**
 * The handler of API Gateway's authorizer: allows the whole stage to a principal, so that the answer can be cached for
 * all endpoints, and makes API Gateway answer 401 by throwing exactly the word that it asks for.
 */
export function authorizerLambda(home: LambdaHome) {
  return middy<APIGatewayTokenAuthorizerEvent, APIGatewayAuthorizerResult, Error, Context>()
    .use(injectLambdaContext(home.log))
    .handler(async (event: APIGatewayTokenAuthorizerEvent) => {
      try {
        const principalId = await authenticate(event.authorizationToken, home.backend.secrets);
        return allow(principalId, event.methodArn);
      } catch (error) {
        if (error instanceof ApiError) throw new Error('Unauthorized');
        throw error;
      }
    });
}

function allow(principalId: string, methodArn: string): APIGatewayAuthorizerResult {
  const stageArn = methodArn.split('/').slice(0, 2).join('/');
  const statement = { Action: 'execute-api:Invoke', Effect: 'Allow' as const, Resource: `${stageArn}/*` };
  return { principalId, policyDocument: { Version: '2012-10-17', Statement: [statement] } };
}

/**
 * A task as the handler of a Lambda function that a state machine or a schedule calls; its errors are the caller's to
 * retry. A task that a setting wants more often than once a minute runs in rounds.
 */
export function taskLambda(task: AnyTask, home: LambdaHome) {
  const { trigger } = task.contract;
  const everySeconds = trigger.type === 'schedule' && trigger.everySeconds && home.settings[trigger.everySeconds];
  return middy<unknown, unknown, Error, Context>()
    .use(injectLambdaContext(home.log))
    .handler((input: unknown) =>
      everySeconds ? rounds(() => task.run(input, home), { everySeconds }) : task.run(input, home),
    );
}

function callOf(event: APIGatewayProxyEvent): Call {
  const [requestId, principal, basePath] = [requestIdOf(event), principalOf(event), basePathOf(event)];
  return { request: requestOf(event), requestId, principal, basePath };
}

function resultOf({ status, headers, body }: HttpResponse): APIGatewayProxyResult {
  return { statusCode: status, headers, body };
}

/** What precedes the path of the endpoint: on API Gateway's own address the stage, on a domain of the deployment nothing. */
function basePathOf({ path, requestContext }: APIGatewayProxyEvent): string {
  const whole = requestContext.path;
  return whole?.endsWith(path) ? whole.slice(0, -path.length) : '';
}

function requestOf(event: APIGatewayProxyEvent): HttpRequest {
  const headers = Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method: event.httpMethod,
    path: event.path,
    parameters: compact(event.pathParameters),
    query: queryOf(event),
    headers: Object.fromEntries(headers),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

function queryOf(event: APIGatewayProxyEvent): HttpRequest['query'] {
  const all = Object.entries(event.multiValueQueryStringParameters ?? {});
  return Object.fromEntries(
    all.flatMap(([name, values]) => (values ? [[name, values.length === 1 ? (values[0] as string) : values]] : [])),
  );
}

function compact(record: Record<string, string | undefined> | null): Record<string, string> {
  const present = Object.entries(record ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(present);
}

function requestIdOf(event: APIGatewayProxyEvent): string {
  return event.requestContext.requestId;
}

function principalOf(event: APIGatewayProxyEvent): string {
  return event.requestContext.authorizer?.['principalId'] ?? 'anonymous';
}
