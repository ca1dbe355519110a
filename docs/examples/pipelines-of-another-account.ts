import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';

interface PipelinesOfAnotherAccountProps extends StackProps {
  /** The ARN of the orchestrator's bus, which is in another account. */
  eventBusArn: string;
}

/** A stack in the account that listens: a rule on the orchestrator's bus, a bus of its own as the rule's target, a queue. */
class PipelinesOfAnotherAccount extends Stack {
  constructor(scope: App, id: string, { eventBusArn, ...props }: PipelinesOfAnotherAccountProps) {
    super(scope, id, props);
    const bus = new EventBus(this, 'Bus');
    const sender = new Role(this, 'Sender', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    bus.grantPutEventsTo(sender);
    // CDK's Rule names a bus without its account, so this one is CloudFormation's own.
    const forward = new CfnRule(this, 'Forward', {
      eventBusName: eventBusArn,
      eventPattern: { source: ['omni.orchestrator'], 'detail-type': ['pipeline.completed', 'pipeline.failed'] },
      targets: [{ id: 'bus', arn: bus.eventBusArn, roleArn: sender.roleArn }],
    });
    forward.node.addDependency(sender);
    new Rule(this, 'Ended', {
      eventBus: bus,
      eventPattern: { source: ['omni.orchestrator'] },
      targets: [new SqsQueue(new Queue(this, 'Queue', { enforceSSL: true }))],
    });
  }
}

const app = new App();
new PipelinesOfAnotherAccount(app, 'PipelinesOfAnotherAccount', { eventBusArn: app.node.getContext('eventBusArn') });
