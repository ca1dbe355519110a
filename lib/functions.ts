import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { needsPlatformNetwork, type QueueName, queues } from '../backend/resources.ts';
import { type AccessGrant, accessGrant, consumerGrant, mergedGrants, type Resources } from './access-policy.ts';
import { acknowledge } from './acknowledge.ts';
import { EndpointFunction, type PlatformNetwork } from './endpoint-function.ts';
import type { FunctionEntry } from './function-entry.ts';
import type { StackSettings } from './stack-settings.ts';

export interface FunctionsProps {
  /** The folder of each function's bundle, by name. */
  code: Record<string, string>;
  resources: Resources;
  settings: StackSettings;
}

/** Makes the stack's functions: each with its bundle, its role, and the VPC where it calls services of the platform. */
export class Functions extends Construct {
  readonly #props: FunctionsProps;
  readonly #network: PlatformNetwork | undefined;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.#props = props;
    this.#network = props.settings.vpc && this.#networkOf(props.settings.vpc);
  }

  /** The function of an entry; `more` is what it may do beyond its contract's access. */
  create(entry: FunctionEntry, more: AccessGrant[] = []): LambdaFunction {
    const { code, resources, settings } = this.#props;
    const codeFolder = code[entry.name];
    if (!codeFolder) throw new Error(`There is no bundle of the function "${entry.name}"`);
    const { lambda } = new EndpointFunction(this, entry.name, {
      entry,
      codeFolder,
      grant: mergedGrants([accessGrant(entry.access, resources), ...more]),
      environment: settings.functionEnvironment,
      logRetentionDays: settings.logRetentionDays,
      ...(this.#network && needsPlatformNetwork(entry.access) && { network: this.#network }),
    });
    return lambda;
  }

  /** The function of an entry, called with the batches of a queue. */
  createConsumer(entry: FunctionEntry, name: QueueName): LambdaFunction {
    const { resources } = this.#props;
    const consumer = this.create(entry, [consumerGrant(name, resources)]);
    consumer.addEventSourceMapping(name, {
      eventSourceArn: resources.queues[name].queueArn,
      batchSize: queues[name].batchSize,
      maxConcurrency: queues[name].callsMax,
      reportBatchItemFailures: true,
    });
    acknowledge(consumer, {
      'Serverless-LambdaEventSourceMappingDestination': 'The queue has a dead-letter queue of its own.',
    });
    return consumer;
  }

  #networkOf({
    id,
    availabilityZones,
    subnetIds,
    securityGroupIds,
  }: NonNullable<StackSettings['vpc']>): PlatformNetwork {
    return {
      vpc: Vpc.fromVpcAttributes(this, 'Vpc', { vpcId: id, availabilityZones, privateSubnetIds: subnetIds }),
      subnets: subnetIds.map((subnetId) => Subnet.fromSubnetId(this, subnetId, subnetId)),
      securityGroups: securityGroupIds.map((group) => SecurityGroup.fromSecurityGroupId(this, group, group)),
    };
  }
}
