import { join } from 'node:path';
import type { Node } from 'constructs';
import * as z from 'zod';
import { functionSettings } from '../functions/core/settings.ts';
import { type Catalogue, InvalidCatalogue } from '../platform/catalogue.ts';
import { readCatalogue } from '../platform/read-catalogue.ts';
import { allowList, entryText, opensLoopback } from '../platform/receivers/allow-list.ts';

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const wholeNumbers = z.record(z.string(), z.int().positive());

/** A context value given with `-c name=value` is text; objects and numbers are then JSON. */
const fromText = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value, context) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      context.addIssue('must be JSON');
      return z.NEVER;
    }
  }, schema);

/** Every value of the CDK context that the stack reads, with its meaning. */
export const stackContext = z.object({
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/)
    .default('OmniOrchestrator')
    .describe('Name of the stack.'),
  vpc: fromText(
    z.strictObject({
      id: z.string().startsWith('vpc-'),
      availabilityZones: z.array(z.string()).min(1),
      subnetIds: z.array(z.string().startsWith('subnet-')).min(1),
      securityGroupIds: z.array(z.string().startsWith('sg-')).min(1),
    }),
  )
    .optional()
    .describe(
      'Where the functions run that call services of the platform, probe them, reach container hosts or post to receivers of webhooks, one subnet for each availability zone.',
    ),
  privateApi: fromText(z.strictObject({ vpcEndpointIds: z.array(z.string().startsWith('vpce-')).min(1) }))
    .optional()
    .describe('Makes the API private: only these VPC endpoints reach it.'),
  domain: fromText(
    z.strictObject({
      name: z.string().min(1),
      certificateArn: z.string().startsWith('arn:'),
      hostedZone: z.strictObject({ id: z.string().min(1), name: z.string().min(1) }).optional(),
    }),
  )
    .optional()
    .describe('A domain for the API, with its DNS record where a hosted zone is given.'),
  tokenSecret: z
    .string()
    .min(1)
    .optional()
    .describe('Name or ARN of the secret with the bearer token; made when left out.'),
  upstreamSecrets: fromText(z.record(z.string(), z.string().min(1)))
    .default({})
    .describe('Service of the catalogue to name or ARN of the secret with its credential.'),
  catalogueFile: z
    .string()
    .default(join(import.meta.dirname, '..', 'platform', 'catalogue.json'))
    .describe('The service catalogue.'),
  encryptionKeyArn: z
    .string()
    .startsWith('arn:')
    .optional()
    .describe(
      "A KMS key for tables, artifacts, topic, queues and the token's secret; AWS-managed encryption when left out. Its policy must let AWS services in, see deployment.md.",
    ),
  rateLimits: fromText(wholeNumbers).default({}).describe('Requests per window by category.'),
  stageDeadlines: fromText(wholeNumbers).default({}).describe('Seconds that a stage may take, by stage.'),
  monitorSeconds: fromText(z.int()).optional().describe('How long the monitor stage watches a rollout.'),
  upstreamTimeoutSeconds: fromText(z.int()).optional().describe('How long one call to a service may take.'),
  probeIntervalSeconds: fromText(z.int()).optional().describe('How often every service is probed; a divisor of 60.'),
  probeTimeoutMs: fromText(z.int()).optional().describe('How long one probe may take.'),
  probeSlowMs: fromText(z.int()).optional().describe('From when on the answer to a probe counts as slow.'),
  scrapeIntervalSeconds: fromText(z.int())
    .optional()
    .describe('How often the metrics of every service are read; a divisor of 60.'),
  restartTimeoutSeconds: fromText(z.int())
    .optional()
    .describe('How long a restarted service may take to become healthy, when the request does not say.'),
  knowledgeSourceDeadlineSeconds: fromText(z.int())
    .optional()
    .describe('How long one source may take to be ingested again in a refresh of the knowledge layer.'),
  dockerHost: z
    .string()
    .optional()
    .describe('The engine of services whose row in the catalogue names none, as `https://<host>:2376`.'),
  containerHostsSecret: z
    .string()
    .min(1)
    .optional()
    .describe('Name or ARN of the secret with the certificates for container hosts; see container-hosts.md.'),
  hookSecret: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Name or ARN of the secret that GitHub and Gitea sign their webhooks with, of at least 16 characters. Left out, `POST /api/v1/hooks/{event}` is off and answers 404.',
    ),
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
  logRetentionDays: fromText(z.int())
    .pipe(z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]))
    .default(90)
    .describe('How long logs are kept; one of the values that CloudWatch knows.'),
  artifactDays: fromText(z.int().min(1).max(3650)).default(90).describe('How long artifacts of pipelines are kept.'),
  requestsPerSecond: fromText(z.int().positive()).default(200).describe("The stage's throttle, over all callers."),
  apiGatewayLogRole: flag
    .default(true)
    .describe("False where the account's API Gateway log role (one for the account and region) is kept elsewhere."),
  eventSchemas: flag
    .default(true)
    .describe("False where EventBridge's schema registry is not available, or its schemas are not wanted."),
  alarmTopicArn: z
    .string()
    .startsWith('arn:')
    .optional()
    .describe('An SNS topic that is told of alarms, see deployment.md; they show in the console alone when left out.'),
  destroyOnDelete: flag
    .default(false)
    .describe(
      'Destroys tables, secrets and the bucket of artifacts (once it is empty) with the stack. For trials: data is lost.',
    ),
});

export interface StackSettings extends z.output<typeof stackContext> {
  catalogue: Catalogue;
  /** The settings of the functions, as their environment variables. */
  functionEnvironment: Record<string, string>;
}

/** Reads and checks the context. Throws one Error that names every value that is wrong and what it should be. */
export function readStackSettings(node: Pick<Node, 'tryGetContext'>): StackSettings {
  const { context, problems } = readContext(node);
  const functionEnvironment = environmentOf(context);
  const { catalogue, problems: ofCatalogue } = catalogueIn(context.catalogueFile);
  problems.push(
    ...ofCatalogue,
    ...unknownServices(context.upstreamSecrets, catalogue),
    ...problemsOfFunctions(functionEnvironment),
    ...loopbackReceivers(functionEnvironment),
  );
  if (problems.length > 0) {
    throw new Error(`The CDK context is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
  return { ...context, catalogue, functionEnvironment };
}

type Context = z.output<typeof stackContext>;

/** Each value by itself, so that what is wrong with one hides nothing that is wrong with others; it then counts as left out. */
function readContext(node: Pick<Node, 'tryGetContext'>): { context: Context; problems: string[] } {
  const problems: string[] = [];
  const valid = Object.entries(stackContext.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(node.tryGetContext(name) ?? undefined);
    if (parsed.success) return [[name, parsed.data]];
    problems.push(...parsed.error.issues.map(({ path, message }) => `${[name, ...path].join('.')}: ${message}`));
    return [];
  });
  return { context: { ...stackContext.parse({}), ...Object.fromEntries(valid) }, problems };
}

function catalogueIn(file: string): { catalogue: Catalogue; problems: readonly string[] } {
  try {
    return { catalogue: readCatalogue(file), problems: [] };
  } catch (error) {
    if (error instanceof InvalidCatalogue) return { catalogue: { services: [] }, problems: error.problems };
    throw error;
  }
}

function unknownServices(upstreamSecrets: Record<string, string>, { services }: Catalogue): string[] {
  if (services.length === 0) return [];
  const known = new Set(services.map(({ name }) => name));
  return Object.keys(upstreamSecrets)
    .filter((service) => !known.has(service))
    .map((service) => `upstreamSecrets.${service}: is not in the catalogue`);
}

/** What the functions would refuse when they start, under the names of the context: `LOG_LEVEL` is `logLevel` there. */
function problemsOfFunctions(environment: Record<string, string>): string[] {
  const { error } = functionSettings.safeParse(environment);
  return (error?.issues ?? []).map(({ path, message }) => {
    const name = String(path[0])
      .toLowerCase()
      .replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    return `${name}: ${message}`;
  });
}

/** A function's loopback is its runtime's own API, and nothing that anybody may send to. */
function loopbackReceivers(environment: Record<string, string>): string[] {
  const { data: entries = [] } = allowList.safeParse(environment['WEBHOOK_ALLOW']);
  return entries
    .filter(opensLoopback)
    .map((entry) => `webhookAllow: ${entryText(entry)} is loopback, where a function has its runtime's own API`);
}

function environmentOf(context: Context): Record<string, string> {
  const pairs = (record: Record<string, number>) =>
    Object.entries(record)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
  const environment = {
    RATE_LIMITS: pairs(context.rateLimits),
    STAGE_DEADLINES: pairs(context.stageDeadlines),
    MONITOR_SECONDS: context.monitorSeconds?.toString(),
    UPSTREAM_TIMEOUT_SECONDS: context.upstreamTimeoutSeconds?.toString(),
    PROBE_INTERVAL_SECONDS: context.probeIntervalSeconds?.toString(),
    PROBE_TIMEOUT_MS: context.probeTimeoutMs?.toString(),
    PROBE_SLOW_MS: context.probeSlowMs?.toString(),
    SCRAPE_INTERVAL_SECONDS: context.scrapeIntervalSeconds?.toString(),
    RESTART_TIMEOUT_SECONDS: context.restartTimeoutSeconds?.toString(),
    KNOWLEDGE_SOURCE_DEADLINE_SECONDS: context.knowledgeSourceDeadlineSeconds?.toString(),
    DOCKER_HOST: context.dockerHost,
    WEBHOOK_ALLOW: context.webhookAllow.join(','),
    WEBHOOK_RETRY_DELAYS: context.webhookRetryDelays?.join(','),
    PUBLIC_PROBES: String(context.publicProbes),
    LOG_LEVEL: context.logLevel,
  };
  const present = Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(present);
}
