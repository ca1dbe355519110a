import { join } from 'node:path';
import * as z from 'zod';
import { fromDigits } from '../functions/core/digits.ts';
import { functionSettings } from '../functions/core/settings.ts';
import { type Catalogue, InvalidCatalogue } from '../platform/catalogue.ts';
import { readCatalogue } from '../platform/read-catalogue.ts';
import { allowList, entryText, opensLoopback } from '../platform/receivers/allow-list.ts';
import { settingMessage } from './setting-messages.ts';
import { type Problem, parsedEach } from './setting-problems.ts';

const flag = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')],
  'must be true or false',
);
const wholeNumbers = z.record(z.string(), z.int().positive());

/** A number that is given as text, with `-c name=value` or in the environment. */
const wholeNumber = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(fromDigits, schema);

/** An object or a list that is given as text, which is then JSON. */
export const fromText = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value, context) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      context.addIssue('must be JSON');
      return z.NEVER;
    }
  }, schema);

/** Every setting that is a plain value, with its meaning. What is a resource of its own is a property of the construct. */
export const orchestratorSettings = z.object({
  catalogueFile: z
    .string()
    .default(join(import.meta.dirname, '..', 'platform', 'catalogue.json'))
    .describe('The service catalogue.'),
  rateLimits: fromText(wholeNumbers).default({}).describe('Requests per window by category.'),
  stageDeadlines: fromText(wholeNumbers).default({}).describe('Seconds that a stage may take, by stage.'),
  monitorSeconds: wholeNumber(z.int()).optional().describe('How long the monitor stage watches a rollout.'),
  upstreamTimeoutSeconds: wholeNumber(z.int()).optional().describe('How long one call to a service may take.'),
  probeIntervalSeconds: wholeNumber(z.int()).optional().describe('How often every service is probed; a divisor of 60.'),
  probeTimeoutMs: wholeNumber(z.int()).optional().describe('How long one probe may take.'),
  probeSlowMs: wholeNumber(z.int()).optional().describe('From when on the answer to a probe counts as slow.'),
  scrapeIntervalSeconds: wholeNumber(z.int())
    .optional()
    .describe('How often the metrics of every service are read; a divisor of 60.'),
  restartTimeoutSeconds: wholeNumber(z.int())
    .optional()
    .describe('How long a restarted service may take to become healthy, when the request does not say.'),
  knowledgeSourceDeadlineSeconds: wholeNumber(z.int())
    .optional()
    .describe('How long one source may take to be ingested again in a refresh of the knowledge layer.'),
  dockerHost: z
    .string()
    .optional()
    .describe('The engine of services whose row in the catalogue names none, as `https://<host>:2376`.'),
  webhookAllow: fromText(z.array(z.string().min(1)))
    .default([])
    .describe(
      'Where webhooks may be sent beside public addresses and hosts of the catalogue: addresses, CIDR blocks and host names.',
    ),
  webhookRetryDelays: fromText(z.array(z.int()).min(1))
    .optional()
    .describe('Seconds between the tries of a delivery to a webhook.'),
  publicProbes: flag.default(false).describe('Opens /health and /ready to callers without a token.'),
  logLevel: z.string().default('INFO').describe('Least severity that is logged.'),
  logRetentionDays: wholeNumber(z.int())
    .pipe(z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]))
    .default(90)
    .describe('How long logs are kept; one of the values that CloudWatch knows.'),
  artifactDays: wholeNumber(z.int().min(1).max(3650)).default(90).describe('How long artifacts of pipelines are kept.'),
  requestsPerSecond: wholeNumber(z.int().positive()).default(200).describe("The stage's throttle, over all callers."),
  apiGatewayLogRole: flag
    .default(true)
    .describe("False where the account's API Gateway log role (one for the account and region) is kept elsewhere."),
  eventSchemas: flag
    .default(true)
    .describe("False where EventBridge's schema registry is not available, or its schemas are not wanted."),
  destroyOnDelete: flag
    .default(false)
    .describe(
      'Destroys tables, secrets and the bucket of artifacts (once it is empty) with the stack. For trials: data is lost.',
    ),
});

type Values = z.output<typeof orchestratorSettings>;

/** Settings of the construct by name, those left out as docs/configuration.md says. */
export type GivenSettings = { [Name in keyof Values]?: Values[Name] | undefined };

export interface OrchestratorSettings extends Values {
  catalogue: Catalogue;
  /** The settings of the functions, as their environment variables. */
  functionEnvironment: Record<string, string>;
}

/**
 * Completes and checks settings, each under its name. `services` are those that credentials are given for. What is wrong with
 * one hides nothing that is wrong with others; it then counts as left out.
 */
export function completeSettings(
  given: (name: string) => unknown,
  services: readonly string[],
): { settings: OrchestratorSettings; problems: Problem[] } {
  const { values, problems } = parsedEach(orchestratorSettings, given);
  const functionEnvironment = environmentOf(values);
  const { catalogue, problems: ofCatalogue } = catalogueIn(values.catalogueFile);
  problems.push(
    ...ofCatalogue,
    ...unknownServices(services, catalogue),
    ...problemsOfFunctions(functionEnvironment),
    ...socketsOfFunctions(values, catalogue),
    ...loopbackReceivers(functionEnvironment),
  );
  return { settings: { ...values, catalogue, functionEnvironment }, problems };
}

function catalogueIn(file: string): { catalogue: Catalogue; problems: Problem[] } {
  try {
    return { catalogue: readCatalogue(file), problems: [] };
  } catch (error) {
    if (!(error instanceof InvalidCatalogue)) throw error;
    const problems = error.problems.map((problem) => ({
      path: ['catalogueFile'],
      message: `${file}: ${problem.replace(/^catalogue: /, '')}`,
    }));
    return { catalogue: { services: [] }, problems };
  }
}

function unknownServices(services: readonly string[], catalogue: Catalogue): Problem[] {
  if (catalogue.services.length === 0) return [];
  const known = new Set(catalogue.services.map(({ name }) => name));
  return services
    .filter((service) => !known.has(service))
    .map((service) => ({ path: ['upstreamSecrets', service], message: 'is not in the catalogue' }));
}

/** What the functions would refuse when they start, under the names of the settings: `LOG_LEVEL` is `logLevel` here. */
function problemsOfFunctions(environment: Record<string, string>): Problem[] {
  const { error } = functionSettings.safeParse(environment, { error: settingMessage });
  return (error?.issues ?? []).map(({ path, message }) => {
    const name = String(path[0])
      .toLowerCase()
      .replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    return { path: [name], message };
  });
}

/** A function has no socket of an engine, so it reaches container hosts by their network address alone. */
function socketsOfFunctions({ dockerHost, catalogueFile }: Values, { services }: Catalogue): Problem[] {
  const isSocket = (host: string | undefined) => host?.startsWith('unix:');
  const message = 'must be https://<host>:<port> or tcp://<host>:<port>, as a function has no socket of an engine';
  const ofCatalogue = services
    .filter((service) => isSocket(service.docker_host))
    .map(({ name }) => ({ path: ['catalogueFile'], message: `${catalogueFile}: ${name}: docker_host: ${message}` }));
  return [...(isSocket(dockerHost) ? [{ path: ['dockerHost'], message }] : []), ...ofCatalogue];
}

/** A function's loopback is its runtime's own API, and nothing that anybody may send to. */
function loopbackReceivers(environment: Record<string, string>): Problem[] {
  const { data: entries = [] } = allowList.safeParse(environment['WEBHOOK_ALLOW']);
  return entries.filter(opensLoopback).map((entry) => ({
    path: ['webhookAllow'],
    message: `${entryText(entry)} is loopback, where a function has its runtime's own API`,
  }));
}

function environmentOf(settings: Values): Record<string, string> {
  const pairs = (record: Record<string, number>) =>
    Object.entries(record)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
  const environment = {
    RATE_LIMITS: pairs(settings.rateLimits),
    STAGE_DEADLINES: pairs(settings.stageDeadlines),
    MONITOR_SECONDS: settings.monitorSeconds?.toString(),
    UPSTREAM_TIMEOUT_SECONDS: settings.upstreamTimeoutSeconds?.toString(),
    PROBE_INTERVAL_SECONDS: settings.probeIntervalSeconds?.toString(),
    PROBE_TIMEOUT_MS: settings.probeTimeoutMs?.toString(),
    PROBE_SLOW_MS: settings.probeSlowMs?.toString(),
    SCRAPE_INTERVAL_SECONDS: settings.scrapeIntervalSeconds?.toString(),
    RESTART_TIMEOUT_SECONDS: settings.restartTimeoutSeconds?.toString(),
    KNOWLEDGE_SOURCE_DEADLINE_SECONDS: settings.knowledgeSourceDeadlineSeconds?.toString(),
    DOCKER_HOST: settings.dockerHost,
    WEBHOOK_ALLOW: settings.webhookAllow.join(','),
    WEBHOOK_RETRY_DELAYS: settings.webhookRetryDelays?.join(','),
    PUBLIC_PROBES: String(settings.publicProbes),
    LOG_LEVEL: settings.logLevel,
  };
  const present = Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(present);
}
