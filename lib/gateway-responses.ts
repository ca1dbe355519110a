import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type ErrorCode, errorCodes } from '../functions/core/errors.ts';
import { securityHeaders } from '../functions/core/http.ts';

interface Refusal {
  type: ResponseType;
  code: ErrorCode;
  /** Left out where the type stands for several statuses. */
  hasOwnStatus?: true;
  headers?: Record<string, string>;
}

/** What API Gateway answers by itself, before any function runs. A wrong path without a token looks like a missing one. */
const refusals: Refusal[] = [
  { type: ResponseType.UNAUTHORIZED, code: 'UNAUTHORIZED', headers: { 'www-authenticate': 'Bearer' } },
  { type: ResponseType.ACCESS_DENIED, code: 'UNAUTHORIZED', headers: { 'www-authenticate': 'Bearer' } },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, code: 'NOT_FOUND' },
  { type: ResponseType.RESOURCE_NOT_FOUND, code: 'NOT_FOUND' },
  { type: ResponseType.REQUEST_TOO_LARGE, code: 'PAYLOAD_TOO_LARGE' },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, code: 'UNSUPPORTED_MEDIA_TYPE' },
  { type: ResponseType.THROTTLED, code: 'RATE_LIMITED', headers: { 'retry-after': '1' } },
  { type: ResponseType.INTEGRATION_TIMEOUT, code: 'TIMEOUT' },
  { type: ResponseType.DEFAULT_4XX, code: 'VALIDATION_ERROR', hasOwnStatus: true },
  { type: ResponseType.DEFAULT_5XX, code: 'INTERNAL', hasOwnStatus: true },
];

/** Makes what API Gateway answers by itself look like every other answer: envelope, request id and security headers. */
export function addGatewayResponses(api: RestApi): void {
  for (const { type, code, hasOwnStatus, headers } of refusals) {
    const { status, message } = errorCodes[code];
    const error = { code, message, request_id: '$context.requestId' };
    api.addGatewayResponse(type.responseType, {
      type,
      ...(hasOwnStatus ? {} : { statusCode: String(status) }),
      responseHeaders: { 'x-request-id': 'context.requestId', ...quoted({ ...answerableHeaders(), ...headers }) },
      templates: { 'application/json': JSON.stringify({ error }) },
    });
  }
}

/** API Gateway takes fixed values in single quotes, so a value that holds one can't be sent. */
function answerableHeaders(): Record<string, string> {
  return Object.fromEntries(Object.entries(securityHeaders).filter(([, value]) => !value.includes("'")));
}

function quoted(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));
}
