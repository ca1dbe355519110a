import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { authenticate } from '../../functions/core/authentication.ts';
import { ApiError } from '../../functions/core/errors.ts';
import type { Secrets } from '../backend.ts';

/**
 * The Lambda authorizer of the API. A valid token may call every endpoint, so the answer is right for each request that
 * API Gateway caches it for; the principal is the token's fingerprint.
 */
export function tokenAuthorizer(secrets: Secrets) {
  return async (event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const principalId = await authenticate(event.authorizationToken, secrets).catch(unauthorized);
    return {
      principalId,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: everyEndpoint(event.methodArn) }],
      },
    };
  };
}

/** `arn:…:<api>/<stage>/GET/api/v1/pipeline` gives `arn:…:<api>/<stage>/*`. */
function everyEndpoint(methodArn: string): string {
  return `${methodArn.split('/').slice(0, 2).join('/')}/*`;
}

/** API Gateway answers 401 to exactly this message, and 500 to any other. */
function unauthorized(error: unknown): never {
  if (error instanceof ApiError && error.code === 'UNAUTHORIZED') throw new Error('Unauthorized');
  throw error;
}
