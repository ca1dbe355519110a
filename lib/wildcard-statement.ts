import { type Conditions, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { type WildcardReason, wildcardReasons } from './wildcard-reasons.ts';

/** A statement on every resource, whose reason stands in wildcard-reasons.ts; cdk-nag is told it for the construct. */
export function wildcardStatement(
  scope: Construct,
  sid: WildcardReason,
  actions: string[],
  conditions: Conditions = {},
): PolicyStatement {
  acknowledge(scope, { 'AwsSolutions-IAM5[Resource::*]': wildcardReasons[sid] });
  return new PolicyStatement({ sid, actions, resources: ['*'], conditions });
}
