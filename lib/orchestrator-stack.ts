import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { machines } from '../backend/resources.ts';
import { contracts, taskContracts } from '../functions/contracts.ts';
import type { Resources } from './access-policy.ts';
import { acknowledgeAcrossStack } from './acknowledge-across-stack.ts';
import { Api } from './api.ts';
import { Artifacts } from './artifacts.ts';
import { EventSchemas } from './event-schemas.ts';
import { Events } from './events.ts';
import { authorizerEntry, endpointEntry, fallbackEntry, taskEntry } from './function-entry.ts';
import { Functions } from './functions.ts';
import { Machine } from './machine.ts';
import { ScheduledTask } from './scheduled-task.ts';
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

/** The whole orchestrator in one stack. Wiring only: what each part is stands in its construct. */
export class OrchestratorStack extends Stack {
  constructor(scope: Construct, id: string, { settings, code, ...props }: OrchestratorStackProps) {
    super(scope, id, { description: 'Omni Orchestrator: control plane of the platform', ...props });
    const { encryptionKeyArn, alarmTopicArn, destroyOnDelete, logRetentionDays, catalogue } = settings;
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
    const resources: Resources = {
      tables: tables.byName,
      queues: events.queues,
      machines: {},
      bus: events.bus,
      artifacts: artifacts.bucket,
      secrets: secrets.byName,
      encryptionKey,
    };
    const functions = new Functions(this, 'Functions', { code, resources, settings });
    const tasks = taskContracts.map((contract) => ({ ...contract, entry: taskEntry(contract, catalogue) }));

    for (const name of machines) {
      const called = tasks.flatMap(({ entry, trigger }) =>
        trigger.type === 'state-machine' && trigger.machine === name
          ? [[trigger.placeholder, functions.create(entry)] as const]
          : [],
      );
      resources.machines[name] = new Machine(this, `${pascalCase(name)}Machine`, {
        machine: name,
        functions: Object.fromEntries(called),
        logRetentionDays,
        alarmAction,
      });
    }

    for (const { entry, trigger } of tasks) {
      if (trigger.type === 'queue') functions.createConsumer(entry, trigger.queue);
      if (trigger.type === 'schedule') {
        new ScheduledTask(this, entry.name, { handler: functions.create(entry), everyMinutes: trigger.everyMinutes });
      }
    }
    const api = new Api(this, 'Api', {
      routes: contracts.map((contract) => ({
        contract,
        handler: functions.create(endpointEntry(contract, catalogue)),
      })),
      authorizer: functions.create(authorizerEntry(catalogue)),
      fallback: functions.create(fallbackEntry(contracts, catalogue)),
      settings,
    });
    acknowledgeAcrossStack(this, {
      artifacts: artifacts.bucket,
      machineNames: machines.map((name) => `${this.stackName}-${name}`),
    });
    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'EventBusName', { value: events.bus.eventBusName });
    new CfnOutput(this, 'TokenSecretArn', { value: secrets.tokenArn });
  }
}

function pascalCase(name: string): string {
  return name.replaceAll(/(^|-)(.)/g, (_, __, letter: string) => letter.toUpperCase());
}
