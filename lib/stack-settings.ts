import type { Node } from 'constructs';
import * as z from 'zod';
import { deploymentName } from './deployment-name.ts';
import { misspeltKeys, unknownVariables } from './misspelt-settings.ts';
import {
  completeSettings,
  fromText,
  type OrchestratorSettings,
  orchestratorSettings,
} from './orchestrator-settings.ts';
import { apiDomain, idWith, keyArn, network, secretId, topicArn } from './setting-formats.ts';
import { parsedEach, refuseProblems } from './setting-problems.ts';

/** What the stack finds by an id or a name, with its meaning. */
const resourceContext = z.object({
  stackName: deploymentName.default('OmniOrchestrator').describe('Name of the stack.'),
  vpc: fromText(network)
    .optional()
    .describe(
      'Where the functions run that call services of the platform, probe them, reach container hosts or post to receivers of webhooks, one subnet for each availability zone.',
    ),
  privateApi: fromText(z.strictObject({ vpcEndpointIds: z.array(idWith('vpce')).min(1) }))
    .optional()
    .describe('Makes the API private: only these VPC endpoints reach it.'),
  domain: fromText(apiDomain)
    .optional()
    .describe('A domain for the API, with its DNS record where a hosted zone is given.'),
  tokenSecret: secretId.optional().describe('Name or ARN of the secret with the bearer token; made when left out.'),
  upstreamSecrets: fromText(z.record(z.string(), secretId))
    .default({})
    .describe('Service of the catalogue to name or ARN of the secret with its credential.'),
  containerHostsSecret: secretId
    .optional()
    .describe('Name or ARN of the secret with the certificates for container hosts; see container-hosts.md.'),
  hookSecret: secretId
    .optional()
    .describe(
      'Name or ARN of the secret that GitHub and Gitea sign their webhooks with, of at least 16 characters. Left out, `POST /api/v1/hooks/{event}` is off and answers 404.',
    ),
  encryptionKeyArn: keyArn
    .optional()
    .describe(
      "A KMS key for tables, artifacts, topic, queues and the token's secret; AWS-managed encryption when left out. Its policy must let AWS services in, see deployment.md.",
    ),
  alarmTopicArn: topicArn
    .optional()
    .describe('An SNS topic that is told of alarms, see deployment.md; they show in the console alone when left out.'),
});

/** Every value of the CDK context that the stack reads, with its meaning. */
export const stackContext = z.object({ ...resourceContext.shape, ...orchestratorSettings.shape });

export interface StackSettings extends z.output<typeof resourceContext>, OrchestratorSettings {}

/** The environment variable that gives a value where the context does not: `OMNI_LOG_LEVEL` for `logLevel`. */
export function stackVariable(name: string): string {
  return `OMNI_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Reads and checks the CDK context and, for what it lacks, the environment; an empty variable counts as unset. Throws one
 * Error that names every value that is wrong, as it was given, and what it should be, and every name that is misspelt.
 */
export function readStackSettings(
  node: Pick<Node, 'tryGetContext' | 'getAllContext'>,
  environment: NodeJS.ProcessEnv = process.env,
): StackSettings {
  const inContext = (name: string): unknown => node.tryGetContext(name) ?? undefined;
  const inEnvironment = (name: string) => environment[stackVariable(name)] || undefined;
  const given = (name: string) => inContext(name) ?? inEnvironment(name);
  const { values, problems } = parsedEach(resourceContext, given);
  const { settings, problems: ofSettings } = completeSettings(given, Object.keys(values.upstreamSecrets));
  const names = Object.keys(stackContext.shape);
  const misspelt = [
    ...misspeltKeys(Object.keys(node.getAllContext()), names),
    ...unknownVariables(environment, names.map(stackVariable)),
  ];
  refuseProblems('The CDK context or the environment is', [...misspelt, ...problems, ...ofSettings], (name) =>
    inContext(name) === undefined && inEnvironment(name) !== undefined ? stackVariable(name) : name,
  );
  return { ...values, ...settings };
}
