import * as z from 'zod';
import { configChange, effectiveConfig, serviceConfig } from '../config/contract.ts';
import { defineContract, type TaskContract } from '../core/contract.ts';
import { idOf, utcTimestamp } from '../core/schemas.ts';
import { event, restartActions, restartOutcomes, serviceStatuses } from '../events/contract.ts';
import { restartTasks } from './restart-task-contracts.ts';

const status = z.enum(serviceStatuses);

const service = z
  .object({
    name: z.string(),
    container: z.string(),
    port: z.int(),
    tier: z.string(),
    critical: z.boolean(),
    status,
    status_since: utcTimestamp.nullable().describe('Since when it has this status.'),
    reason: z.string().nullable().describe('What the last probe saw, unless all was well.'),
    uptime_seconds: z
      .int()
      .min(0)
      .nullable()
      .describe('Null while it is unhealthy, while its container does not run, and where nothing tells it.'),
    last_health_check: utcTimestamp.nullable(),
    latency_ms: z.int().min(0).nullable().describe('How long the last probe took.'),
    version: z.string().nullable(),
    restarting: z.boolean(),
  })
  .meta({ id: 'Service' });

const runtime = z.object({
  id: z.string(),
  image: z.string(),
  state: z.string().describe('As the engine calls it: `running`, `exited`, `restarting`, …'),
  health: z.string().nullable().describe("The container's own health check, where it has one."),
  started_at: utcTimestamp.nullable(),
  restarts: z.int().min(0).describe('By its restart policy, since it was made.'),
  memory_bytes: z.int().min(0).nullable(),
  memory_limit_bytes: z.int().min(0).nullable().describe('Null: none.'),
  cpu_percent: z.number().min(0).nullable().describe('100 is one processor.'),
});

const linked = z.object({ name: z.string(), status });

const serviceDetail = service
  .extend({
    url: z.string(),
    probe: z.string(),
    readiness: z.string().nullable(),
    metrics_path: z.string().nullable(),
    container_host: z.string().describe('The engine that manages its container.'),
    runtime: runtime.nullable().describe('Facts of its container now; null when they cannot be had.'),
    runtime_error: z.string().nullable().describe('Why they cannot be had.'),
    configuration: serviceConfig.extend({ effective: effectiveConfig.nullable() }),
    dependencies: z.array(linked).describe('What it depends on directly.'),
    dependents: z.array(linked).describe('What depends on it directly.'),
    probes: z
      .array(
        z.object({
          timestamp: utcTimestamp,
          result: z.enum(['good', 'impaired', 'failed']).describe('`impaired`: slow, refused with 4xx, or not ready.'),
          latency_ms: z.int().min(0),
        }),
      )
      .describe('The last probes, newest first.'),
    uptime: z
      .object({ last_24h: z.number().nullable(), last_7d: z.number().nullable() })
      .describe(
        'Share of the time that it was watched in which it was healthy or degraded, 0 to 1; null: not watched.',
      ),
    recent_events: z.array(event).describe('The last 10 about it, newest first.'),
  })
  .meta({ id: 'ServiceDetail' });

const dependencyNode = z.object({
  name: z.string(),
  tier: z.string(),
  critical: z.boolean(),
  status,
  relation: z.enum(['self', 'dependency', 'dependent']),
  distance: z.int().min(0).describe('Fewest steps from the service asked for; 1 is direct.'),
});

const dependencies = z
  .object({
    service: z.string(),
    status,
    depends_on: z.object({ direct: z.array(linked), transitive: z.array(linked) }),
    depended_on_by: z.object({ direct: z.array(linked), transitive: z.array(linked) }),
    root_cause: z.string().nullable().describe('The failing dependency deepest in the graph, if any fails.'),
    graph: z.object({
      nodes: z.array(dependencyNode),
      edges: z.array(z.object({ from: z.string().describe('Depends on `to`.'), to: z.string() })),
    }),
  })
  .meta({ id: 'ServiceDependencies' });

const operation = z
  .object({
    operation_id: idOf('op'),
    type: z.literal('service.restart'),
    service: z.string(),
    status: z.enum(['running', 'succeeded', 'failed']),
    action: z.enum(restartActions).nullable().describe('Null until it is decided.'),
    outcome: z.enum(restartOutcomes).nullable().describe('Null while it runs.'),
    config_revision: z.int().nullable().describe('The revision of the configuration that it applies, if any.'),
    created_at: utcTimestamp,
    completed_at: utcTimestamp.nullable(),
    duration_ms: z.int().min(0).nullable(),
    timeout_seconds: z.int(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    log: z.array(z.object({ timestamp: utcTimestamp, message: z.string() })).describe('What was done, oldest first.'),
  })
  .meta({ id: 'Operation' });

const restartPreview = z
  .object({
    service: z.string(),
    dry_run: z.literal(true),
    pending: configChange.nullable().describe('What would be applied.'),
    dependents: z.array(linked).describe('The services that depend on it, directly or not.'),
    running_pipelines: z
      .array(z.object({ pipeline_id: idOf('pipe'), stage: z.string(), via: z.string() }))
      .describe('Pipelines with a stage under way or to come that calls it, or calls a dependent (`via`).'),
  })
  .meta({ id: 'RestartPreview' });

export type ServiceView = z.input<typeof service>;
export type ServiceDetailView = z.input<typeof serviceDetail>;
export type DependenciesView = z.input<typeof dependencies>;
export type OperationView = z.input<typeof operation>;
export type RestartPreviewView = z.input<typeof restartPreview>;
export type RuntimeView = z.input<typeof runtime>;

/** Any text: what is no name of the catalogue names no service, which is a 404. */
const byName = z.strictObject({ name: z.string() });

export const listServicesContract = defineContract({
  operationId: 'listServices',
  domain: 'services',
  method: 'GET',
  path: '/api/v1/services',
  summary: 'List services',
  description: "Health and status of all managed services, in the catalogue's order. `summary` counts all of them.",
  auth: 'bearer',
  rateLimit: 'read',
  query: z.strictObject({
    tier: z.string().min(1).max(64).optional(),
    status: status.optional(),
  }),
  answers: {
    ok: {
      status: 200,
      description: 'The services.',
      body: z.object({
        services: z.array(service),
        summary: z.object({
          total: z.int(),
          healthy: z.int(),
          degraded: z.int(),
          unhealthy: z.int(),
          unknown: z.int(),
        }),
      }),
    },
  },
  errors: [],
  timeoutMs: 5_000,
  access: { tables: { services: 'read' } },
});

export const getServiceContract = defineContract({
  operationId: 'getService',
  domain: 'services',
  method: 'GET',
  path: '/api/v1/services/{name}',
  summary: 'Get a service',
  description: 'Configuration, dependencies, its container now, recent probes, uptime and recent events.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byName,
  answers: { ok: { status: 200, description: 'The service.', body: serviceDetail } },
  errors: ['NOT_FOUND'],
  timeoutMs: 10_000,
  access: { tables: { services: 'read', events: 'read' }, containers: true },
});

export const getServiceDependenciesContract = defineContract({
  operationId: 'getServiceDependencies',
  domain: 'services',
  method: 'GET',
  path: '/api/v1/services/{name}/dependencies',
  summary: 'Get the dependencies of a service',
  description: 'What it depends on and what depends on it, directly and transitively, each with its status.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byName,
  answers: { ok: { status: 200, description: 'The dependency graph around the service.', body: dependencies } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { services: 'read' } },
});

export const restartServiceContract = defineContract({
  operationId: 'restartService',
  domain: 'services',
  method: 'POST',
  path: '/api/v1/services/{name}/restart',
  summary: 'Restart a service',
  description:
    'Restarts the container, with pending configuration applied, and waits until the service is healthy. A restart that takes longer than a request may goes on as an operation.',
  auth: 'bearer',
  rateLimit: 'service_restart',
  isIdempotent: true,
  parameters: byName,
  body: z
    .strictObject({
      timeout_seconds: z
        .int()
        .min(5)
        .max(900)
        .optional()
        .describe('How long it may take to become healthy; the deployment has a default.'),
      dry_run: z.boolean().default(false).describe('Only tell what the restart would touch.'),
    })
    .prefault({}),
  answers: {
    ok: {
      status: 200,
      description: 'The service is healthy again, or what a restart would touch.',
      body: z.union([operation, restartPreview]),
    },
  },
  errors: ['NOT_FOUND', 'CONFLICT', 'SERVICE_UNAVAILABLE', 'TIMEOUT'],
  timeoutMs: 28_000,
  access: {
    tables: { services: 'read', operations: 'read-write', locks: 'read-write', pipelines: 'read' },
    machines: { 'service-restart': 'start' },
  },
});

export const getOperationContract = defineContract({
  operationId: 'getOperation',
  domain: 'services',
  method: 'GET',
  path: '/api/v1/operations/{operation_id}',
  summary: 'Get an operation',
  description: 'How a restart stands, or ended. Kept for 30 days.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: z.strictObject({ operation_id: z.string() }),
  answers: { ok: { status: 200, description: 'The operation.', body: operation } },
  errors: ['NOT_FOUND'],
  timeoutMs: 5_000,
  access: { tables: { operations: 'read' } },
});

export const pollServicesTask: TaskContract = {
  name: 'poll-services',
  domain: 'services',
  summary: 'Probes every service once and records what it saw.',
  trigger: { type: 'schedule', everyMinutes: 1, everySeconds: 'probeIntervalSeconds', silenceAlarmMinutes: 5 },
  timeoutMs: 75_000,
  access: { tables: { services: 'read-write' }, bus: true, probes: true },
};

export const inspectContainersTask: TaskContract = {
  name: 'inspect-containers',
  domain: 'services',
  summary: 'Notes the image, version and start of every container.',
  trigger: { type: 'schedule', everyMinutes: 1 },
  timeoutMs: 45_000,
  access: { tables: { services: 'read-write' }, containers: true },
};

export const serviceContracts = [
  listServicesContract,
  getServiceContract,
  getServiceDependenciesContract,
  restartServiceContract,
  getOperationContract,
] as const;

export const serviceTasks: readonly TaskContract[] = [pollServicesTask, inspectContainersTask, ...restartTasks];

export { loadHealthyCount } from './round-counts.ts';
export { dependentsOf, rootCauseOf } from './service-graph.ts';
export { neverProbed, type ServiceHealth, type ServiceStatus, statusAt, troubleIn } from './service-health.ts';
export { loadServiceHealths } from './service-health-store.ts';
export { bucketsOf, noHistory, type ServiceHistory, uptimeOver } from './service-history.ts';
export { loadHistories } from './service-history-store.ts';
