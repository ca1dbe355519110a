import * as z from 'zod';
import { defineContract } from '../core/contract.ts';

export const getHealthContract = defineContract({
  operationId: 'getHealth',
  domain: 'observability',
  method: 'GET',
  path: '/health',
  summary: 'Get the liveness of the orchestrator',
  auth: 'probe',
  rateLimit: 'none',
  answers: {
    ok: {
      status: 200,
      description: 'The orchestrator answers.',
      body: z.object({
        status: z.literal('healthy'),
        version: z.string(),
        uptime_seconds: z.int().min(0),
        services_healthy: z.int().min(0).nullable().describe('Null until the services have been probed.'),
        services_total: z.int().min(0),
      }),
    },
  },
  errors: [],
  timeoutMs: 3_000,
  access: {},
});

export const observabilityContracts = [getHealthContract] as const;
