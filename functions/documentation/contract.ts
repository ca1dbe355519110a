import * as z from 'zod';
import { defineContract } from '../core/contract.ts';

export const getOpenapiContract = defineContract({
  operationId: 'getOpenapi',
  domain: 'documentation',
  method: 'GET',
  path: '/openapi.json',
  summary: 'Get the OpenAPI document of this API',
  auth: 'none',
  rateLimit: 'none',
  answers: { ok: { status: 200, description: 'The OpenAPI 3.1 document.', body: z.record(z.string(), z.unknown()) } },
  errors: [],
  timeoutMs: 3_000,
  access: {},
});

export const documentationContracts = [getOpenapiContract] as const;
