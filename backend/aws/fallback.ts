import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { contracts } from '../../functions/contracts.ts';
import { refuse } from '../../functions/core/invoke.ts';
import { createLog } from '../../functions/core/log.ts';
import { createRouter } from '../../functions/core/router.ts';
import { readFunctionSettings } from '../../functions/core/settings.ts';

const router = createRouter(contracts.map((contract) => ({ contract })));
const log = createLog(readFunctionSettings(process.env).logLevel);

/** Answers what no endpoint is for: 405 with `Allow` where the path is known, else 404. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { requestId } = event.requestContext;
  const { status, headers, body } = refuse(refusalOf(event), requestId, { log });
  return { statusCode: status, headers: { ...headers, 'x-request-id': requestId }, body };
}

function refusalOf({ httpMethod, path }: APIGatewayProxyEvent): unknown {
  try {
    router.match(httpMethod, path);
  } catch (error) {
    return error;
  }
  return new Error(`API Gateway sent ${httpMethod} ${path} here, which an endpoint is for`);
}
