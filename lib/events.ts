import { Duration } from 'aws-cdk-lib';
import { Alarm, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { FilterOrPolicy, SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type BusRule, busRules } from '../backend/bus-rules.ts';
import { eventSource, type QueueName, queues } from '../backend/resources.ts';
import { acknowledge } from './acknowledge.ts';

export interface EventsProps {
  encryptionKey: IKey | undefined;
  alarmAction: IAlarmAction | undefined;
}

/**
 * The bus, and how every event of the orchestrator reaches its consumers: rule, topic, one queue for each. What travels
 * is the event itself, the same JSON that the embedded home delivers. Other teams add rules of their own to the bus.
 */
export class Events extends Construct {
  readonly bus: EventBus;
  readonly queues: Record<QueueName, Queue>;

  constructor(scope: Construct, id: string, props: EventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Events of the Omni Orchestrator' });
    const undelivered = this.createDeadLetterQueue('Undelivered', props);
    const topic = new Topic(this, 'Topic', {
      enforceSSL: true,
      ...(props.encryptionKey && { masterKey: props.encryptionKey }),
    });
    new Rule(this, 'Rule', {
      eventBus: this.bus,
      description: 'Every event of the orchestrator',
      eventPattern: { source: [eventSource] },
      targets: [
        new SnsTopic(topic, { message: RuleTargetInput.fromEventPath('$.detail'), deadLetterQueue: undelivered }),
      ],
    });
    const created = Object.keys(queues).map((name) => [name, this.createQueue(name as QueueName, props)]);
    this.queues = Object.fromEntries(created);
    for (const rule of busRules(queues))
      topic.addSubscription(subscriptionOf(rule, this.queues[rule.queue], undelivered));
  }

  private createQueue(name: QueueName, props: EventsProps): Queue {
    const spec = queues[name];
    return new Queue(this, name, {
      visibilityTimeout: Duration.seconds(spec.visibilitySeconds),
      deadLetterQueue: { queue: this.createDeadLetterQueue(`${name}-dead`, props), maxReceiveCount: spec.receivesMax },
      ...queueDefaults(props),
    });
  }

  /** Messages wait for 14 days, the most that SQS allows, and the first one rings. */
  private createDeadLetterQueue(id: string, props: EventsProps): Queue {
    const queue = new Queue(this, id, { retentionPeriod: Duration.days(14), ...queueDefaults(props) });
    acknowledge(queue, {
      'AwsSolutions-SQS3': 'It is itself a dead-letter queue.',
      'Serverless-SQSRedrivePolicy': 'It is itself a dead-letter queue.',
    });
    const alarm = new Alarm(this, `${id}-alarm`, {
      alarmDescription: `Messages wait in the dead-letter queue ${id}; docs/runbook.md says what to do.`,
      metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    if (props.alarmAction) alarm.addAlarmAction(props.alarmAction);
    return queue;
  }
}

/** A rule as the topic's subscription: the topic looks for the type in the message, which is the event itself. */
export function subscriptionOf({ pattern }: BusRule<string>, queue: Queue, deadLetterQueue: Queue): SqsSubscription {
  return new SqsSubscription(queue, {
    rawMessageDelivery: true,
    deadLetterQueue,
    ...(pattern.type && {
      filterPolicyWithMessageBody: {
        type: FilterOrPolicy.filter(SubscriptionFilter.stringFilter({ allowlist: [...pattern.type] })),
      },
    }),
  });
}

function queueDefaults({ encryptionKey }: EventsProps) {
  return {
    enforceSSL: true,
    ...(encryptionKey
      ? { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
      : { encryption: QueueEncryption.SQS_MANAGED }),
  };
}
