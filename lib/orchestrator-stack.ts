import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { machines } from '../backend/resources.ts';
import { contracts, taskContracts } from '../functions/contracts.ts';
import { acknowledgeAcrossStack } from './acknowledge-across-stack.ts';
import { Api } from './api.ts';
import { Artifacts } from './artifacts.ts';
import { DomainStack } from './domain-stack.ts';
import { EventSchemas } from './event-schemas.ts';
import { Events } from './events.ts';
import { authorizerEntry, endpointEntry, fallbackEntry, taskEntry } from './function-entry.ts';
import { Functions } from './functions.ts';
import { pascalCase } from './pascal-case.ts';
import { Secrets } from './secrets.ts';
import type { StackSettings } from './stack-settings.ts';
import { Tables } from './tables.ts';

export interface OrchestratorStackProps extends StackProps {
  settings: StackSettings;
  /** The folder of each function's bundle, by name; see {@link functionEntries}. */
  code: Record<string, string>;
}

/** Every function of the stack, to be bundled. */
export function functionEntries({ catalogue }: Pick<StackSettings, 'catalogue'>) {
  return [
    ...contracts.map((contract) => endpointEntry(contract, catalogue)),
    ...taskContracts.map((contract) => taskEntry(contract, catalogue)),
    authorizerEntry(catalogue),
    fallbackEntry(contracts, catalogue),
  ];
}

/**
 * The whole orchestrator: what is stored and how it is reached in this stack, what runs in a nested stack for each domain.
 * Wiring only: what each part is stands in its construct.
 */
export class OrchestratorStack extends Stack {
  constructor(scope: Construct, id: string, { settings, code, ...props }: OrchestratorStackProps) {
    super(scope, id, { description: 'Omni Orchestrator: control plane of the platform', ...props });
    const { encryptionKeyArn, alarmTopicArn, destroyOnDelete, catalogue } = settings;
    const encryptionKey = encryptionKeyArn ? Key.fromKeyArn(this, 'Key', encryptionKeyArn) : undefined;
    const alarmAction = alarmTopicArn
      ? new SnsAction(Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn))
      : undefined;

    const tables = new Tables(this, 'Tables', { encryptionKey, destroyOnDelete });
    const artifacts = new Artifacts(this, 'Artifacts', {
      encryptionKey,
      destroyOnDelete,
      keptDays: settings.artifactDays,
    });
    const secrets = new Secrets(this, 'Secrets', {
      encryptionKey,
      destroyOnDelete,
      tokenSecret: settings.tokenSecret,
      upstreamSecrets: settings.upstreamSecrets,
      containerHostsSecret: settings.containerHostsSecret,
      hookSecret: settings.hookSecret,
    });
    const events = new Events(this, 'Events', { encryptionKey, alarmAction });
    if (settings.eventSchemas) new EventSchemas(this, 'EventSchemas');
    const stored = {
      tables: tables.byName,
      queues: events.queues,
      bus: events.bus,
      artifacts: artifacts.bucket,
      secrets: secrets.byName,
      encryptionKey,
    };
    const functions = new Functions(this, {
      logGroupName: `/${this.stackName}/core`,
      code,
      resources: { ...stored, machines: {} },
      settings,
    });
    const api = new Api(this, 'Api', {
      authorizer: functions.create(authorizerEntry(catalogue)),
      fallback: functions.create(fallbackEntry(contracts, catalogue)),
      settings,
    });
    const domains = [...new Set([...contracts, ...taskContracts].map(({ domain }) => domain))].map(
      (domain) =>
        new DomainStack(this, `${pascalCase(domain)}Domain`, {
          deploymentName: this.stackName,
          domain,
          contracts: contracts.filter((contract) => contract.domain === domain),
          tasks: taskContracts.filter((task) => task.domain === domain),
          api,
          stored,
          code,
          settings,
          alarmAction,
        }),
    );
    api.addRoutes(domains.flatMap(({ routes }) => routes));
    acknowledgeAcrossStack(this, {
      artifacts: artifacts.bucket,
      machineNames: machines.map((name) => `${this.stackName}-${name}`),
    });
    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'EventBusName', { value: events.bus.eventBusName });
    new CfnOutput(this, 'TokenSecretArn', { value: secrets.tokenArn });
  }
}
