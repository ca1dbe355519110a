import * as z from 'zod';
import { dockerHost } from '../../platform/containers/docker-host.ts';
import { type AllowEntry, allowList } from '../../platform/receivers/allow-list.ts';
import { fromDigits, wholeNumber } from './digits.ts';
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

/** A service that answers its probe after four seconds is of no use to a caller either. */
const probeTimeoutMsDefault = 4000;

/** A probe asks for next to nothing; what takes two seconds keeps people waiting. */
const probeSlowMsDefault = 2000;

/** `name=number` pairs, comma separated, each name known and each number a whole one from 1 to the most that makes sense. */
function assignments<Name extends string>(names: readonly Name[], max: number) {
  return z
    .string()
    .default('')
    .transform((text, context) => {
      const pairs = text.split(',').filter((pair) => pair.trim() !== '');
      const entries = pairs.map((pair): [string, number] => {
        const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
        const isValid =
          (names as readonly string[]).includes(name) && /^[1-9]\d{0,8}$/.test(value) && Number(value) <= max;
        if (!isValid)
          context.addIssue(
            `"${pair.trim()}" is not <name>=<whole number from 1 to ${max}> with a name of ${names.join(', ')}`,
          );
        return [name, Number(value)];
      });
      const repeated = new Set(entries.map(([name]) => name).filter((name, at, all) => all.indexOf(name) !== at));
      for (const name of repeated) context.addIssue(`"${name}" is given more than once`);
      return Object.fromEntries(entries) as Partial<Record<Name, number>>;
    });
}

/**
 * Seconds between the tries of a delivery, as Standard Webhooks recommends: with the first one at once there are eight, and
 * a receiver that is down for a day loses nothing.
 */
const defaultRetryDelays = '5,300,1800,7200,18000,36000,36000';

/** SQS hides a message for 12 hours at most; with a tenth of jitter ten hours come to 11. */
const retryDelaySecondsMax = 36_000;

/** With pauses of 11 hours, the longest, these take nine days; a message is kept for 14. */
const retryDelaysMax = 20;

/** Whole numbers of seconds, comma separated. */
const retryDelays = z
  .string()
  .default(defaultRetryDelays)
  .transform((text, context) => {
    const delays = text.split(',').map((delay) => delay.trim());
    for (const delay of delays) {
      const isValid = /^\d{1,9}$/.test(delay) && Number(delay) <= retryDelaySecondsMax;
      if (!isValid) context.addIssue(`"${delay}" is not a whole number of seconds from 0 to ${retryDelaySecondsMax}`);
    }
    if (delays.length > retryDelaysMax) context.addIssue(`must not have more than ${retryDelaysMax} delays`);
    return delays.map(Number);
  });

/** Divisors of a minute, so that rounds keep their distance when the next minute's schedule takes over. */
const roundIntervals = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60];

const roundInterval = z.literal(roundIntervals, `must divide a minute: ${roundIntervals.join(', ')}`);

/**
 * Six hours: a source that takes longer is better ingested by itself, and with 80 sources an execution stays within the
 * history of Step Functions; see functions/knowledge/source-run.ts.
 */
const sourceDeadlineSecondsMax = 6 * 3600;

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Settings by themselves. */
const fields = z.object({
  RATE_LIMITS: assignments(Object.keys(defaultRateLimits) as RateLimitCategory[], 1_000_000_000).describe(
    'Requests per window by category, e.g. `read=1000,pipeline_execution=50`. Categories left out keep their default.',
  ),
  STAGE_DEADLINES: assignments(stageNames, stageDeadlineSecondsMax).describe(
    'Seconds that a pipeline stage may take before the pipeline fails with TIMEOUT, e.g. `generate=7200,test=1800`.',
  ),
  MONITOR_SECONDS: wholeNumber(0, 3600)
    .default(60)
    .describe('How long the monitor stage watches a rollout, in seconds.'),
  UPSTREAM_TIMEOUT_SECONDS: wholeNumber(1, 20)
    .default(10)
    .describe('How long one call to a service of the platform may take, in seconds.'),
  PROBE_INTERVAL_SECONDS: z
    .preprocess(fromDigits, roundInterval)
    .default(15)
    .describe(
      'How often every service is probed, in seconds; a divisor of 60. Older than three of these, a probe says nothing any more.',
    ),
  PROBE_TIMEOUT_MS: wholeNumber(50, 30_000)
    .optional()
    .describe(
      'How long one probe may take, in milliseconds; less than the interval. 4000, or 80 % of a shorter interval, when left out.',
    ),
  PROBE_SLOW_MS: wholeNumber(10, 30_000)
    .optional()
    .describe(
      'From how many milliseconds on the answer to a probe counts as slow, which makes a service degraded; less than the time-out. 2000, or half of a shorter time-out, when left out.',
    ),
  SCRAPE_INTERVAL_SECONDS: z
    .preprocess(fromDigits, roundInterval)
    .default(60)
    .describe('How often the metrics of every service are read, in seconds; a divisor of 60. See metrics.md.'),
  RESTART_TIMEOUT_SECONDS: wholeNumber(5, 900)
    .default(120)
    .describe('How long a restarted service may take to become healthy, in seconds, when the request does not say.'),
  KNOWLEDGE_SOURCE_DEADLINE_SECONDS: wholeNumber(5, sourceDeadlineSecondsMax)
    .default(3600)
    .describe('How long one source may take to be ingested again in a refresh of the knowledge layer, in seconds.'),
  DOCKER_HOST: dockerHost
    .default('unix:///var/run/docker.sock')
    .describe(
      "Engine of the container host that runs the services, where a service's `docker_host` names no other; see container-hosts.md.",
    ),
  WEBHOOK_ALLOW: allowList.describe(
    'Where webhooks may be sent beside public addresses and hosts of the catalogue: addresses, CIDR blocks and host names, comma separated, e.g. `10.1.0.0/16,hooks.corp.example`.',
  ),
  WEBHOOK_RETRY_DELAYS: retryDelays.describe(
    'Seconds between the tries of a delivery to a webhook, comma separated, 1 to 20 of them; after the last one fails it is dead-lettered.',
  ),
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
  probeIntervalSeconds: number;
  probeTimeoutMs: number;
  probeSlowMs: number;
  scrapeIntervalSeconds: number;
  restartTimeoutSeconds: number;
  knowledgeSourceDeadlineSeconds: number;
  dockerHost: string;
  webhookAllow: AllowEntry[];
  /** Seconds between the tries of a delivery. */
  webhookRetryDelays: readonly number[];
  publicProbes: boolean;
  logLevel: LogLevel;
}

/**
 * The settings that functions read, the same in both homes: environment variables, by name, with their meaning. What must
 * hold between two of them is asked whatever is wrong with others, so that all problems are told at once.
 */
export const functionSettings = fields.superRefine(refuseContradictions, { when: () => true });

type Fields = z.output<typeof fields>;

/** What must hold between settings: a rule is asked where what it looks at is valid by itself. */
const rules: { setting: keyof Fields; looksAt: (keyof Fields)[]; problem(settings: Fields): string | false }[] = [
  {
    setting: 'MONITOR_SECONDS',
    looksAt: ['STAGE_DEADLINES'],
    problem(settings) {
      const { monitor } = stageDeadlines(settings);
      return (
        settings.MONITOR_SECONDS >= monitor && `must be less than the deadline of the monitor stage, ${monitor} seconds`
      );
    },
  },
  {
    setting: 'PROBE_TIMEOUT_MS',
    looksAt: ['PROBE_INTERVAL_SECONDS'],
    problem(settings) {
      const { intervalMs, timeoutMs } = probeTimes(settings);
      return timeoutMs >= intervalMs && `must be less than the interval between probes, ${intervalMs} ms`;
    },
  },
  {
    setting: 'PROBE_SLOW_MS',
    looksAt: ['PROBE_TIMEOUT_MS', 'PROBE_INTERVAL_SECONDS'],
    problem(settings) {
      const { timeoutMs, slowMs } = probeTimes(settings);
      return slowMs >= timeoutMs && `must be less than the time-out of a probe, ${timeoutMs} ms`;
    },
  },
];

function refuseContradictions(settings: Fields, context: z.core.$RefinementCtx): void {
  const wrong = new Set(context.issues.map(({ path }) => path?.[0]));
  for (const { setting, looksAt, problem } of rules) {
    if ([setting, ...looksAt].some((name) => wrong.has(name))) continue;
    const message = problem(settings);
    if (message) context.addIssue({ code: 'custom', path: [setting], message });
  }
}

function stageDeadlines({ STAGE_DEADLINES }: Fields): Record<StageName, number> {
  return { ...defaultStageDeadlines, ...STAGE_DEADLINES };
}

/** A probe ends before the next one begins, and is slow before it is given up. */
function probeTimes({ PROBE_INTERVAL_SECONDS, PROBE_TIMEOUT_MS, PROBE_SLOW_MS }: Fields) {
  const intervalMs = PROBE_INTERVAL_SECONDS * 1000;
  const timeoutMs = PROBE_TIMEOUT_MS ?? Math.min(probeTimeoutMsDefault, intervalMs * 0.8);
  return { intervalMs, timeoutMs, slowMs: PROBE_SLOW_MS ?? Math.min(probeSlowMsDefault, timeoutMs / 2) };
}

/** Reads the functions' settings. Throws an Error that names each variable that is wrong and what it should be. */
export function readFunctionSettings(environment: Record<string, string | undefined>): FunctionSettings {
  return settingsOf(parseEnvironment(functionSettings, environment));
}

/** The functions' settings as their variables say, and as they are where those are left out. */
export function settingsOf(settings: Fields): FunctionSettings {
  const limits = Object.entries(defaultRateLimits).map(([name, standard]) => [
    name,
    { ...standard, limit: settings.RATE_LIMITS[name as RateLimitCategory] ?? standard.limit },
  ]);
  const { timeoutMs: probeTimeoutMs, slowMs: probeSlowMs } = probeTimes(settings);
  return {
    rateLimits: Object.fromEntries(limits) as RateLimits,
    stageDeadlineSeconds: stageDeadlines(settings),
    monitorSeconds: settings.MONITOR_SECONDS,
    upstreamTimeoutMs: settings.UPSTREAM_TIMEOUT_SECONDS * 1000,
    probeIntervalSeconds: settings.PROBE_INTERVAL_SECONDS,
    probeTimeoutMs,
    probeSlowMs,
    scrapeIntervalSeconds: settings.SCRAPE_INTERVAL_SECONDS,
    restartTimeoutSeconds: settings.RESTART_TIMEOUT_SECONDS,
    knowledgeSourceDeadlineSeconds: settings.KNOWLEDGE_SOURCE_DEADLINE_SECONDS,
    dockerHost: settings.DOCKER_HOST,
    webhookAllow: settings.WEBHOOK_ALLOW,
    webhookRetryDelays: settings.WEBHOOK_RETRY_DELAYS,
    publicProbes: settings.PUBLIC_PROBES,
    logLevel: settings.LOG_LEVEL,
  };
}

/** Parses environment variables; the Error lists every variable that is wrong. An empty variable counts as unset. */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const present = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const result = schema.safeParse(Object.fromEntries(present));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The settings are not valid:\n${problems.join('\n')}`);
}
