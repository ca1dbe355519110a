import * as z from 'zod';
import { defineContract } from './contract.ts';
import type { AnyEndpoint, Home } from './endpoint.ts';
import type { HttpResponse } from './http.ts';
import { type Call, invoke } from './invoke.ts';
import type { Router } from './router.ts';

/** Stands for every path and method that no contract names; such calls count as reads, so that guessing is limited too. */
export const fallbackContract = defineContract({
  operationId: 'unmatched',
  domain: 'core',
  method: 'GET',
  path: '/{proxy+}',
  summary: 'Any other request',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: z.looseObject({}),
  query: z.looseObject({}),
  answers: {},
  errors: ['NOT_FOUND', 'METHOD_NOT_ALLOWED'],
  timeoutMs: 3_000,
  access: {},
});

/** Answers a request that matches no endpoint: 404, or 405 with the methods that the path allows. */
export function answerUnmatched(router: Router<unknown>, call: Call, home: Home): Promise<HttpResponse> {
  const endpoint: AnyEndpoint = {
    contract: fallbackContract,
    async handle() {
      router.match(call.request.method, call.request.path);
      throw new Error(`${call.request.method} ${call.request.path} was routed past its endpoint`);
    },
  };
  return invoke(endpoint, call, home);
}
