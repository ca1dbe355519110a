import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { readingField } from '../backend/lambda/metric-names.ts';
import { taskContracts } from '../functions/contracts.ts';
import type { DomainStack } from './domain-stack.ts';
import { functionOf } from './function-of.ts';
import type { Functions } from './functions.ts';

export interface ReadingsFeedProps {
  /** The functions that are of no domain: what answers where no endpoint is for is measured too. */
  core: Functions;
  domains: readonly DomainStack[];
}

/**
 * Brings what functions log of their readings to the one that records them: a log subscription on the log group of each
 * domain. The recorder's own group is among them, since endpoints share it; what the recorder logs holds no reading.
 * CloudWatch must be let call it, see {@link allowLogs}.
 */
export class ReadingsFeed extends Construct {
  constructor(scope: Construct, id: string, { core, domains }: ReadingsFeedProps) {
    super(scope, id);
    const recorder = taskContracts.find(({ trigger }) => trigger.type === 'readings');
    const { functionArn } = functionOf(domains, String(recorder?.name));
    for (const { domain, logGroup } of [{ domain: 'core', logGroup: core.logGroup }, ...domains]) {
      new CfnSubscriptionFilter(this, domain, {
        logGroupName: logGroup.logGroupName,
        filterPattern: `"${readingField}"`,
        destinationArn: functionArn,
      });
    }
  }
}

/** Lets CloudWatch call a function with what the log groups of this deployment hold, and with those of nobody else. */
export function allowLogs(handler: IFunction, deploymentName: string): void {
  const { account, region, partition } = Stack.of(handler);
  handler.addPermission('Logs', {
    principal: new ServicePrincipal('logs.amazonaws.com'),
    sourceAccount: account,
    sourceArn: `arn:${partition}:logs:${region}:${account}:log-group:/${deploymentName}/*:*`,
  });
}
