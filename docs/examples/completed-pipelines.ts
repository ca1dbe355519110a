import { App, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';

interface CompletedPipelinesProps extends StackProps {
  /** The orchestrator's output `EventBusName`. */
  eventBusName: string;
}

/** A team's own stack: a queue that gets every pipeline that completed. */
class CompletedPipelines extends Stack {
  constructor(scope: App, id: string, { eventBusName, ...props }: CompletedPipelinesProps) {
    super(scope, id, props);
    const queue = new Queue(this, 'Queue', { enforceSSL: true });
    const undelivered = new Queue(this, 'Undelivered', { enforceSSL: true });
    new Rule(this, 'Rule', {
      eventBus: EventBus.fromEventBusName(this, 'OrchestratorBus', eventBusName),
      eventPattern: { source: ['omni.orchestrator'], detailType: ['pipeline.completed'] },
      targets: [new SqsQueue(queue, { deadLetterQueue: undelivered })],
    });
    new CfnOutput(this, 'QueueUrl', { value: queue.queueUrl });
  }
}

const app = new App();
new CompletedPipelines(app, 'CompletedPipelines', { eventBusName: app.node.getContext('eventBusName') });
