import * as z from 'zod';
import { defineContract, defineTask } from '../core/contract.ts';
import { idOf, utcTimestamp } from '../core/schemas.ts';
import { bytesOfSize, nanoCpusOf } from './container-limits.ts';
import { holdsMask } from './secrecy.ts';

export { nameOfLine, variablesOf } from './container-environment.ts';
export { bytesOfSize, nanoCpusOf } from './container-limits.ts';
export { mask, maskedValue } from './secrecy.ts';
export { isSecretName } from './secret-names.ts';
export { type Applying, type ConfigChange, desiredConfig, pendingChange, type StoredConfig } from './service-config.ts';
export { beginApplying, leavePending, loadServiceConfig, markApplied, markFailed } from './service-config-store.ts';
export { effectiveConfigView, serviceConfigView } from './service-config-view.ts';

/** A variable's value; one whose name looks secret is `***`. */
const environment = z.record(z.string(), z.string().nullable());

const resources = z.object({
  memory_limit: z.string().nullable().describe('E.g. `4g`; null: none.'),
  cpu_limit: z.string().nullable().describe('In processors, e.g. `2.0`; null: none.'),
});

/** What was asked to be different; null: to be removed. */
export const configChange = z.object({ environment, resources: resources.partial() });

const configRevision = configChange.extend({
  revision: z.int().min(1),
  status: z
    .enum(['pending', 'applied', 'failed', 'superseded'])
    .describe(
      '`failed`: its restart was rolled back. `superseded`: applied together with later revisions that replace all of it.',
    ),
  changed_at: utcTimestamp,
  settled_at: utcTimestamp.nullable().describe('When it was applied or failed.'),
  operation_id: idOf('op').nullable().describe('The restart that applied it, or tried to.'),
  reason: z.string().nullable().describe('Why it failed.'),
});

/** What users changed of a service's configuration: never a copy of what its image brings. */
export const serviceConfig = z
  .object({
    service: z.string(),
    revision: z.int().min(0).describe('Grows with each change; 0 before the first. The `ETag` holds it too.'),
    configured: configChange.describe('What users have set, and with null removed, in all: what has been applied.'),
    pending: configChange
      .nullable()
      .describe('What the next restart will change of what is configured; null: nothing.'),
    revisions: z.array(configRevision).describe('The last 20, newest first.'),
  })
  .meta({ id: 'ServiceConfig' });

export const effectiveConfig = z
  .object({ environment: z.record(z.string(), z.string()), resources })
  .describe('What the container runs with now.');

export type ServiceConfigView = z.input<typeof serviceConfig>;
export type EffectiveConfigView = z.input<typeof effectiveConfig>;

/** Less no engine takes; more no engine counts. */
const memoryBytesMin = 6 * 1024 ** 2;
const memoryBytesMax = 2 ** 50;

const memoryLimit = z
  .string()
  .regex(/^[1-9]\d{0,14}[bkmg]?$/i, { error: 'must be a size such as 512m or 4g', abort: true })
  .refine((size) => bytesOfSize(size) >= memoryBytesMin, 'must be at least 6m')
  .refine((size) => bytesOfSize(size) <= memoryBytesMax, 'must be at most 1048576g')
  .nullable()
  .describe('E.g. `512m` or `4g`; null removes the limit.');

/** A hundredth of a processor; less no engine takes. */
const nanoCpusMin = 1e7;

const cpuLimit = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3})?$/, {
    error: 'must be a number of processors below 1000 such as 0.5 or 2.0',
    abort: true,
  })
  .refine((processors) => nanoCpusOf(processors) >= nanoCpusMin, 'must be at least 0.01')
  .nullable()
  .describe('In processors, e.g. `0.5` or `2.0`; null removes the limit.');

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, 'must be the name of an environment variable');

const variableValue = z
  .string()
  .max(32_768, 'must not be longer than 32,768 characters')
  .refine((value) => !value.includes('\0'), 'must not contain a null character')
  .refine((value) => !holdsMask(value), 'holds the mask *** in the place of a secret')
  .nullable();

export const serviceConfigPatch = z
  .strictObject({
    environment: z.record(variableName, variableValue).optional().describe('Variables to set; null removes one.'),
    resources: z
      .strictObject({ memory_limit: memoryLimit.exactOptional(), cpu_limit: cpuLimit.exactOptional() })
      .optional(),
  })
  .refine(
    ({ environment = {}, resources = {} }) => Object.keys({ ...environment, ...resources }).length > 0,
    'must change something',
  );

export type ServiceConfigPatch = z.output<typeof serviceConfigPatch>;

const byName = z.strictObject({ name: z.string() });

export const updateServiceConfigContract = defineContract({
  operationId: 'updateServiceConfig',
  domain: 'config',
  method: 'PATCH',
  path: '/api/v1/config/services/{name}',
  summary: "Update a service's configuration",
  description: 'What is set here is applied by the next restart of the service. What is left out stays as it is.',
  auth: 'bearer',
  rateLimit: 'write',
  parameters: byName,
  headers: z.object({
    'if-match': z
      .string()
      .max(100)
      .optional()
      .describe('The `ETag` or revision that the change is made on; 412 when it is not the newest.'),
  }),
  body: serviceConfigPatch,
  answers: {
    ok: {
      status: 200,
      description: 'The change is stored and pending.',
      body: serviceConfig,
      headers: { etag: 'The new revision.' },
    },
  },
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
  timeoutMs: 5_000,
  access: { tables: { services: 'read-write' }, bus: true },
});

export const getServiceConfigContract = defineContract({
  operationId: 'getServiceConfig',
  domain: 'config',
  method: 'GET',
  path: '/api/v1/config/services/{name}',
  summary: "Get a service's configuration",
  description: 'What its container runs with, what users have changed, what is pending, and the last revisions.',
  auth: 'bearer',
  rateLimit: 'read',
  parameters: byName,
  answers: {
    ok: {
      status: 200,
      description: 'The configuration.',
      body: serviceConfig.extend({
        effective: effectiveConfig.nullable().describe('Null when its container cannot be asked.'),
        effective_error: z.string().nullable().describe('Why its container cannot be asked.'),
      }),
      headers: { etag: 'The revision.' },
    },
  },
  errors: ['NOT_FOUND'],
  /** Longer than the 10 seconds that an engine has to answer, so that a host that hangs is told of. */
  timeoutMs: 15_000,
  access: { tables: { services: 'read' }, containers: true },
});

export const getConfigContract = defineContract({
  operationId: 'getConfig',
  domain: 'config',
  method: 'GET',
  path: '/api/v1/config',
  summary: 'Get the platform configuration',
  description: "The orchestrator's settings and what the platform consists of. Secrets are `***`.",
  auth: 'bearer',
  rateLimit: 'read',
  answers: {
    ok: {
      status: 200,
      description: 'The configuration.',
      body: z
        .object({
          version: z.string(),
          token: z.literal('***'),
          rate_limits: z.record(z.string(), z.object({ limit: z.int(), window_seconds: z.int() })),
          pipelines: z.object({ stage_deadline_seconds: z.record(z.string(), z.int()), monitor_seconds: z.int() }),
          health: z.object({
            probe_interval_seconds: z.int(),
            probe_timeout_ms: z.int(),
            probe_slow_ms: z.int(),
            public_probes: z.boolean(),
          }),
          restart_timeout_seconds: z.int(),
          upstream_timeout_ms: z.int(),
          docker_host: z.string(),
          log_level: z.string(),
          services: z.array(
            z.object({
              name: z.string(),
              container: z.string(),
              port: z.int(),
              tier: z.string(),
              critical: z.boolean(),
              depends_on: z.array(z.string()),
              url: z.string(),
              probe: z.string(),
              readiness: z.string().nullable(),
              metrics: z.string().nullable(),
              docker_host: z.string(),
              revision: z.int().describe('Of its configuration.'),
              has_pending_changes: z.boolean(),
            }),
          ),
        })
        .meta({ id: 'PlatformConfig' }),
    },
  },
  errors: [],
  timeoutMs: 5_000,
  access: { tables: { services: 'read' } },
});

export const configContracts = [getConfigContract, getServiceConfigContract, updateServiceConfigContract] as const;

export const announceConfigChangesTask = defineTask({
  name: 'announce-config-changes',
  domain: 'config',
  summary: 'Announces changes of configuration whose announcement was cut short.',
  trigger: { type: 'schedule', everyMinutes: 5 },
  timeoutMs: 60_000,
  access: { tables: { services: 'read-write' }, bus: true },
});

export const configTasks = [announceConfigChangesTask] as const;
