import { Names } from 'aws-cdk-lib';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { objectPrefixes } from '../backend/resources.ts';
import { acknowledge } from './acknowledge.ts';
import { wildcardReasons } from './wildcard-reasons.ts';

export interface Shared {
  artifacts: Bucket;
  machineNames: string[];
}

/** Accepts the findings that functions of many domains raise alike, so that each reason stands once. */
export function acknowledgeShared(scope: Construct, { artifacts, machineNames }: Shared): void {
  const executions = machineNames.map((name) => [
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}:*]`,
    'Executions are named when they start; the state machine is the bound.',
  ]);
  const objects = objectPrefixes.map((prefix) => [
    `AwsSolutions-IAM5[Resource::<${parameterWithArn(artifacts)}>/${prefix}*]`,
    'Objects are named when they are written; their prefix is the bound.',
  ]);
  acknowledge(scope, {
    ...Object.fromEntries([...objects, ...executions]),
    'Serverless-LambdaStarPermissions': Object.values(wildcardReasons).join(' '),
    'Serverless-LambdaDLQ':
      'API Gateway, Step Functions and SQS call and wait, so they keep what failed; a schedule calls again by itself.',
  });
}

/** What CDK calls the parameter by which a nested stack is told the ARN of its parent's bucket. */
function parameterWithArn({ node }: Bucket): string {
  return `referenceto${Names.nodeUniqueId((node.defaultChild as CfnBucket).node)}Arn`;
}
