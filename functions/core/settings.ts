import * as z from 'zod';
import type { LogLevel } from './log.ts';
import { defaultRateLimits, type RateLimitCategory, type RateLimits } from './rate-limit.ts';

/** The eight stages in the platform's order. */
export const stageNames = ['ingest', 'enrich', 'generate', 'validate', 'test', 'deploy', 'monitor', 'learn'] as const;
export type StageName = (typeof stageNames)[number];

/**
 * Seconds that a stage may take, counted from its start. An agent may work for hours; the others are services that
 * answer in minutes, and ingestion of a large repository or a full CI run is given an hour.
 */
const defaultStageDeadlines: Record<StageName, number> = {
  ingest: 3600,
  enrich: 300,
  generate: 4 * 3600,
  validate: 1800,
  test: 3600,
  deploy: 3600,
  monitor: 1800,
  learn: 600,
};

/** A week: even ten iterations of stages that each take it stay within what one execution can hold. */
const stageDeadlineSecondsMax = 7 * 24 * 3600;

/** `name=number` pairs, comma separated, each name known and each number a whole one from 1 to the most that makes sense. */
function assignments<Name extends string>(names: readonly Name[], max: number) {
  return z
    .string()
    .default('')
    .transform((text, context) => {
      const pairs = text.split(',').filter((pair) => pair.trim() !== '');
      const entries = pairs.map((pair) => {
        const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
        const isValid =
          (names as readonly string[]).includes(name) && /^[1-9]\d{0,8}$/.test(value) && Number(value) <= max;
        if (!isValid)
          context.addIssue(
            `"${pair.trim()}" is not <name>=<whole number from 1 to ${max}> with a name of ${names.join(', ')}`,
          );
        return [name, Number(value)];
      });
      return Object.fromEntries(entries) as Partial<Record<Name, number>>;
    });
}

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** The settings that functions read, the same in both homes: environment variables, by name, with their meaning. */
export const functionSettings = z.object({
  RATE_LIMITS: assignments(Object.keys(defaultRateLimits) as RateLimitCategory[], 1_000_000_000).describe(
    'Requests per window by category, e.g. `read=1000,pipeline_execution=50`. Categories left out keep their default.',
  ),
  STAGE_DEADLINES: assignments(stageNames, stageDeadlineSecondsMax).describe(
    'Seconds that a pipeline stage may take before the pipeline fails with TIMEOUT, e.g. `generate=7200,test=1800`.',
  ),
  MONITOR_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(60)
    .describe('How long the monitor stage watches a rollout, in seconds.'),
  UPSTREAM_TIMEOUT_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(20)
    .default(10)
    .describe('How long one call to a service of the platform may take, in seconds.'),
  PUBLIC_PROBES: flag.default(false).describe('`true` opens `/health` and `/ready` to callers without a token.'),
  LOG_LEVEL: z
    .enum(['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT'] satisfies LogLevel[])
    .default('INFO')
    .describe('Least severity that is logged.'),
});

export interface FunctionSettings {
  rateLimits: RateLimits;
  stageDeadlineSeconds: Record<StageName, number>;
  monitorSeconds: number;
  upstreamTimeoutMs: number;
  publicProbes: boolean;
  logLevel: LogLevel;
}

/** Reads the functions' settings. Throws an Error that names each variable that is wrong and what it should be. */
export function readFunctionSettings(environment: Record<string, string | undefined>): FunctionSettings {
  const settings = parseEnvironment(functionSettings, environment);
  const limits = Object.entries(defaultRateLimits).map(([name, standard]) => [
    name,
    { ...standard, limit: settings.RATE_LIMITS[name as RateLimitCategory] ?? standard.limit },
  ]);
  const stageDeadlineSeconds = { ...defaultStageDeadlines, ...settings.STAGE_DEADLINES };
  if (settings.MONITOR_SECONDS >= stageDeadlineSeconds.monitor) {
    throw new Error(
      `The settings are not valid:\n  MONITOR_SECONDS: must be less than the deadline of the monitor stage, ${stageDeadlineSeconds.monitor}`,
    );
  }
  return {
    rateLimits: Object.fromEntries(limits) as RateLimits,
    stageDeadlineSeconds,
    monitorSeconds: settings.MONITOR_SECONDS,
    upstreamTimeoutMs: settings.UPSTREAM_TIMEOUT_SECONDS * 1000,
    publicProbes: settings.PUBLIC_PROBES,
    logLevel: settings.LOG_LEVEL,
  };
}

/** Parses environment variables; the Error lists every variable that is wrong. An empty variable counts as unset. */
export function parseEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const present = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const result = schema.safeParse(Object.fromEntries(present));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The settings are not valid:\n${problems.join('\n')}`);
}
