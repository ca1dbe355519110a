import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { machines } from '../backend/resources.ts';
import { contracts, taskContracts } from '../functions/contracts.ts';
import { acknowledgeAcrossStack } from './acknowledge-across-stack.ts';
import { DeadLetterQueue } from './alarmed-queue.ts';
import { Api } from './api.ts';
import { Artifacts } from './artifacts.ts';
import { DomainStack, type DomainStackProps } from './domain-stack.ts';
import { EventSchemas } from './event-schemas.ts';
import { Events } from './events.ts';
import { authorizerEntry, endpointEntry, fallbackEntry, taskEntry } from './function-entry.ts';
import { Functions } from './functions.ts';
import { Monitoring } from './monitoring.ts';
import { pascalCase } from './pascal-case.ts';
import { ReadingsFeed } from './readings-feed.ts';
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

    const tables = new Tables(this, 'Tables', { encryptionKey, destroyOnDelete, alarmAction });
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
    const unrecordedReadings = new DeadLetterQueue(this, 'UnrecordedReadings', { encryptionKey, alarmAction });
    const stored = {
      tables: tables.byName,
      queues: events.queues,
      bus: events.bus,
      artifacts: artifacts.bucket,
      secrets: secrets.byName,
      encryptionKey,
    };
    const functions = new Functions(this, {
      deploymentName: this.stackName,
      domain: 'core',
      code,
      resources: { ...stored, machines: {} },
      settings,
    });
    const api = new Api(this, 'Api', {
      name: this.stackName,
      authorizer: functions.create(authorizerEntry(catalogue)),
      fallback: functions.create(fallbackEntry(contracts, catalogue)),
      settings,
      alarmAction,
    });
    const domains = this.#createDomains({ api, stored, unrecordedReadings, code, settings, alarmAction });
    api.addRoutes(domains.flatMap(({ routes }) => routes));
    new ReadingsFeed(this, 'Readings', { core: functions, domains });
    const { dashboardUrl } = new Monitoring(this, 'Monitoring', {
      deploymentName: this.stackName,
      core: functions,
      ...{ domains, api, events, tables, unrecordedReadings, alarmAction },
    });
    acknowledgeAcrossStack(this, {
      artifacts: artifacts.bucket,
      machineNames: machines.map((name) => `${this.stackName}-${name}`),
    });
    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'DashboardUrl', { value: dashboardUrl });
    new CfnOutput(this, 'EventBusName', { value: events.bus.eventBusName });
    new CfnOutput(this, 'TokenSecretArn', { value: secrets.tokenArn });
  }
  #createDomains(common: Omit<DomainStackProps, 'deploymentName' | 'domain' | 'contracts' | 'tasks'>): DomainStack[] {
    const names = new Set([...contracts, ...taskContracts].map(({ domain }) => domain));
    return [...names].map(
      (domain) =>
        new DomainStack(this, `${pascalCase(domain)}Domain`, {
          ...common,
          deploymentName: this.stackName,
          domain,
          contracts: contracts.filter((contract) => contract.domain === domain),
          tasks: taskContracts.filter((task) => task.domain === domain),
        }),
    );
  }
}
