import * as z from 'zod';
import { defineContract } from '../core/contract.ts';
import { utcTimestamp } from '../core/schemas.ts';
import { serviceStatuses } from '../events/contract.ts';
import { getMetricsContract, getMetricsSummaryContract, getServiceMetricsContract } from './metrics-contracts.ts';

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
        services_healthy: z
          .int()
          .min(0)
          .nullable()
          .describe(
            'By the last round of probes; null before the first, when the last one is older than three intervals or reached nothing for as long, and while the figure cannot be read.',
          ),
        services_total: z.int().min(0),
      }),
    },
  },
  errors: [],
  timeoutMs: 3_000,
  access: { tables: { services: 'read' } },
});

const criticalService = z.object({
  name: z.string(),
  status: z.enum(serviceStatuses),
  reason: z.string().nullable(),
  last_health_check: utcTimestamp.nullable(),
});

export const getReadinessContract = defineContract({
  operationId: 'getReadiness',
  domain: 'observability',
  method: 'GET',
  path: '/ready',
  summary: 'Get the readiness of the orchestrator',
  description:
    'Ready while every critical service is healthy or degraded, by the stored probes. Otherwise 503, with the services that are not in `details.services`.',
  auth: 'probe',
  rateLimit: 'none',
  answers: {
    ok: {
      status: 200,
      description: 'All critical services can be used.',
      body: z.object({ status: z.literal('ready'), services: z.array(criticalService) }),
    },
  },
  errors: ['SERVICE_UNAVAILABLE'],
  timeoutMs: 3_000,
  access: { tables: { services: 'read' } },
});

const overall = z.enum(['operational', 'degraded', 'partial_outage', 'major_outage', 'unknown']);

const dashboard = z
  .object({
    status: overall.describe(
      '`major_outage`: a critical service is unhealthy; `partial_outage`: another one is; `unknown`: none is, but of a critical one, or of all, nothing is known; `degraded`: a service is degraded.',
    ),
    generated_at: utcTimestamp,
    summary: z.object({
      total: z.int(),
      healthy: z.int(),
      degraded: z.int(),
      unhealthy: z.int(),
      unknown: z.int(),
    }),
    bucket_ms: z.int(),
    tiers: z.array(
      z.object({
        name: z.string(),
        status: overall,
        components: z.array(
          z.object({
            name: z.string(),
            status: z.enum(serviceStatuses),
            critical: z.boolean(),
            reason: z.string().nullable(),
            last_health_check: utcTimestamp.nullable(),
            uptime: z.object({ last_24h: z.number().nullable(), last_7d: z.number().nullable() }),
            buckets: z
              .array(z.object({ start: utcTimestamp, uptime: z.number().nullable(), status: z.enum(serviceStatuses) }))
              .length(90)
              .describe(
                'Oldest first; the last one is under way. `uptime` is null, and `status` unknown, where it was not watched.',
              ),
          }),
        ),
      }),
    ),
    incidents: z
      .array(
        z.object({
          service: z.string().describe('Where it began.'),
          status: z.enum(serviceStatuses),
          started_at: utcTimestamp.describe('When it stopped being healthy.'),
          duration_ms: z.int().min(0),
          reason: z.string(),
          affected: z.array(z.string()).describe('Services that fail because of it.'),
          impacted: z.array(z.string()).describe('Services that depend on it, directly or not.'),
        }),
      )
      .describe('What is wrong now, newest first; services that fail because of another stand in its `affected`.'),
  })
  .meta({ id: 'HealthDashboard' });

export const getHealthDashboardContract = defineContract({
  operationId: 'getHealthDashboard',
  domain: 'observability',
  method: 'GET',
  path: '/api/v1/health/dashboard',
  summary: 'Get the health dashboard',
  description: 'A structured overview for a status page.',
  auth: 'bearer',
  rateLimit: 'read',
  query: z.strictObject({
    bucket: z.enum(['hour', 'day']).default('day').describe('How long each of the 90 buckets is.'),
  }),
  answers: { ok: { status: 200, description: 'The overview.', body: dashboard } },
  errors: [],
  timeoutMs: 5_000,
  access: { tables: { services: 'read' } },
});

export type HealthDashboardView = z.input<typeof dashboard>;

export const observabilityContracts = [
  getHealthContract,
  getReadinessContract,
  getMetricsContract,
  getHealthDashboardContract,
  getMetricsSummaryContract,
  getServiceMetricsContract,
] as const;
