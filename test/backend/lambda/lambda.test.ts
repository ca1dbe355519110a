import type { APIGatewayProxyEvent, APIGatewayTokenAuthorizerEvent, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  authorizerLambda,
  fallbackLambda,
  type LambdaHome,
  lambda,
  taskLambda,
} from '../../../backend/lambda/lambda.ts';
import { contracts } from '../../../functions/contracts.ts';
import { createLog } from '../../../functions/core/log.ts';
import { createRouter } from '../../../functions/core/router.ts';
import { getOpenapi } from '../../../functions/documentation/get-openapi.ts';
import { executePipeline } from '../../../functions/pipelines/execute-pipeline.ts';
import { listPipelines } from '../../../functions/pipelines/list-pipelines.ts';
import { finishPipeline } from '../../../functions/pipelines/tasks/finish-pipeline.ts';
import document from '../../../openapi.json' with { type: 'json' };
import { openHome, type TestHome, token } from '../../functions/open-home.ts';
import { requestBody } from '../../functions/pipelines/requests.ts';
import { storePipeline } from '../../functions/pipelines/stored-pipeline.ts';

let home: TestHome;
let lambdaHome: LambdaHome;
beforeAll(async () => {
  home = await openHome();
  lambdaHome = { ...home, log: createLog('SILENT') };
});
afterAll(() => home.close());

const context = { awsRequestId: 'aws-1', functionName: 'f', memoryLimitInMB: '256' } as Context;
const event = (changes: Partial<APIGatewayProxyEvent>) =>
  ({
    httpMethod: 'GET',
    path: '/api/v1/pipeline',
    headers: {},
    pathParameters: null,
    multiValueQueryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { requestId: 'gateway-1', authorizer: { principalId: 'someone' } },
    ...changes,
  }) as APIGatewayProxyEvent;

describe('an endpoint behind API Gateway', () => {
  const execute = (changes: Partial<APIGatewayProxyEvent>) =>
    lambda(executePipeline, lambdaHome)(
      event({ httpMethod: 'POST', path: '/api/v1/pipeline/execute', ...changes }),
      context,
    );

  it('gets headers in any case and a body in either encoding', async () => {
    const plain = await execute({
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(requestBody({ branch: 'plain' })),
    });
    const encoded = await execute({
      headers: { 'CONTENT-TYPE': 'application/json' },
      body: Buffer.from(JSON.stringify(requestBody({ branch: 'encoded' }))).toString('base64'),
      isBase64Encoded: true,
    });
    expect([plain.statusCode, encoded.statusCode]).toEqual([202, 202]);
    expect(JSON.parse(encoded.body).config.branch).toBe('encoded');
    expect(plain.headers?.['x-request-id']).toBe('gateway-1');
  });

  const addresses = [
    { address: "API Gateway's own address", requestPath: '/v1/api/v1/pipeline/execute', prefix: '/v1' },
    { address: 'a domain', requestPath: '/api/v1/pipeline/execute', prefix: '' },
    { address: 'an address that is not told', requestPath: undefined, prefix: '' },
  ];
  it.each(addresses)('a Location leads back under $address', async ({ address, requestPath, prefix }) => {
    const { requestContext } = event({});
    const answer = await execute({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestBody({ branch: address.replaceAll(/\W/g, '-') })),
      requestContext: { ...requestContext, path: requestPath as string },
    });
    expect(answer.headers?.['location']).toBe(`${prefix}/api/v1/pipeline/${JSON.parse(answer.body).pipeline_id}`);
  });

  it.each(addresses)('the OpenAPI document names where the API is under $address', async ({ requestPath, prefix }) => {
    const { requestContext } = event({});
    const path = '/openapi.json';
    const whole = requestPath?.replace('/api/v1/pipeline/execute', path);
    const answer = await lambda(getOpenapi, lambdaHome)(
      event({ path, requestContext: { ...requestContext, path: whole as string } }),
      context,
    );
    expect(JSON.parse(answer.body)).toEqual({ ...document, servers: [{ url: prefix || '/' }] });
  });

  it('gets query parameters, and refuses one that comes twice', async () => {
    const list = (multiValueQueryStringParameters: Record<string, string[]>) =>
      lambda(listPipelines, lambdaHome)(event({ multiValueQueryStringParameters }), context);
    const once = await list({ limit: ['1'] });
    expect([once.statusCode, JSON.parse(once.body).pipelines.length]).toEqual([200, 1]);
    expect((await list({ limit: ['1', '2'] })).statusCode).toBe(400);
  });
});

it('what no contract names is 404, or 405 with the methods that are allowed', async () => {
  const fallback = fallbackLambda(createRouter(contracts.map((contract) => ({ contract }))), lambdaHome);
  expect((await fallback(event({ path: '/nothing' }), context)).statusCode).toBe(404);
  const wrong = await fallback(event({ httpMethod: 'PUT' }), context);
  expect([wrong.statusCode, wrong.headers?.['allow']]).toEqual([405, 'GET']);
});

describe('the authorizer', () => {
  const authorize = (authorizationToken: string, home = lambdaHome) =>
    authorizerLambda(home)(
      {
        type: 'TOKEN',
        authorizationToken,
        methodArn: 'arn:aws:execute-api:eu-central-1:123456789012:abc/v1/GET/api/v1/pipeline',
      } as APIGatewayTokenAuthorizerEvent,
      context,
    );

  it('allows the whole stage to a valid token, under a principal that does not show it', async () => {
    const { principalId, policyDocument } = await authorize(`Bearer ${token}`);
    expect(principalId).toMatch(/^[0-9a-f]{24}$/);
    expect(policyDocument.Statement).toEqual([
      {
        Action: 'execute-api:Invoke',
        Effect: 'Allow',
        Resource: 'arn:aws:execute-api:eu-central-1:123456789012:abc/v1/*',
      },
    ]);
  });

  it('throws exactly the word by which API Gateway answers 401', async () => {
    await expect(authorize('Bearer wrong')).rejects.toThrow(/^Unauthorized$/);
  });

  it('throws anything else as it is, so that an outage is no 401', async () => {
    const secrets = { get: () => Promise.reject(new Error('Secrets Manager is away')) };
    const broken = { ...lambdaHome, backend: { ...lambdaHome.backend, secrets } };
    await expect(authorize(`Bearer ${token}`, broken)).rejects.toThrow('Secrets Manager is away');
  });
});

describe('a task', () => {
  it('gets its input and gives its output; what it throws is its caller’s to retry', async () => {
    const { id } = await storePipeline(home, { config: { branch: 'task' } });
    const handler = taskLambda(finishPipeline, lambdaHome);
    expect(await handler({ pipeline_id: id }, context)).toEqual({ status: 'failed' });
    await expect(handler({ pipeline_id: 'pipe_none' }, context)).rejects.toThrow('There is no pipeline');
  });
});
