import { RemovalPolicy } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { needsPlatformNetwork, type QueueName, queues } from '../backend/resources.ts';
import { type AccessGrant, accessGrant, consumerGrant, mergedGrants, type Resources } from './access-policy.ts';
import { acknowledge } from './acknowledge.ts';
import { EndpointFunction, type PlatformNetwork } from './endpoint-function.ts';
import type { FunctionEntry } from './function-entry.ts';
import type { OrchestratorSettings } from './orchestrator-settings.ts';

export interface FunctionsProps {
  /** The name of the whole; log groups and the metrics of functions carry it. */
  deploymentName: string;
  /** What the functions have in common; their log group carries it. */
  domain: string;
  /** The folder of each function's bundle, by name. */
  code: Record<string, string>;
  resources: Resources;
  settings: OrchestratorSettings;
  /** Where those run that reach the platform. */
  network: PlatformNetwork | undefined;
}

/**
 * Makes the functions of a stack: each with its bundle, its role, and the VPC where it calls services of the platform. They
 * share one log group, whose streams and lines carry the function's name. They stand in the stack itself, as CloudFormation
 * takes 24 characters of a logical id into that name, and all should be the function's own.
 */
export class Functions {
  readonly #scope: Construct;
  readonly #props: FunctionsProps;
  readonly logGroup: LogGroup;
  /** All that were made, by name. */
  readonly byName = new Map<string, LambdaFunction>();

  constructor(scope: Construct, props: FunctionsProps) {
    this.#scope = scope;
    this.#props = props;
    this.logGroup = new LogGroup(scope, 'Logs', {
      logGroupName: `/${props.deploymentName}/${props.domain}`,
      retention: props.settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** The function of an entry; `more` is what it may do beyond its contract's access. */
  create(entry: FunctionEntry, more: AccessGrant[] = []): LambdaFunction {
    const { deploymentName, code, resources, settings, network } = this.#props;
    const codeFolder = code[entry.name];
    if (!codeFolder) throw new Error(`There is no bundle of the function "${entry.name}"`);
    const { lambda } = new EndpointFunction(this.#scope, entry.name, {
      entry,
      codeFolder,
      grant: mergedGrants([accessGrant(entry.access, resources), ...more]),
      environment: { ...settings.functionEnvironment, POWERTOOLS_SERVICE_NAME: deploymentName },
      logGroup: this.logGroup,
      ...(network && needsPlatformNetwork(entry.access) && { network }),
    });
    this.byName.set(entry.name, lambda);
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
}
