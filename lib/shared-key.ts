import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * The key as the constructs may use it, by its ARN alone. CDK would let each topic and role that uses a key into the key's
 * policy by name, so a key in another stack would need this one, which needs the key. What the policy must hold is two services
 * that CDK knows nothing of or names too narrowly, and they are let in here; on a key that the app only refers to that changes
 * nothing.
 */
export function sharedKey(scope: Construct, key: IKey): IKey {
  const statement = new PolicyStatement({
    sid: 'EventsOnTheirWay',
    principals: [new ServicePrincipal('events.amazonaws.com'), new ServicePrincipal('sns.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
  });
  key.addToResourcePolicy(statement, true);
  return Key.fromKeyArn(scope, 'Key', key.keyArn);
}
