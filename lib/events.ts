import { Duration } from 'aws-cdk-lib';
import { EventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { FilterOrPolicy, SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type BusRule, busRules } from '../backend/bus-rules.ts';
import { eventSource, type QueueName, type QueueSpec, queues } from '../backend/resources.ts';
import { type AlarmedQueueProps, DeadLetterQueue, WorkQueue } from './alarmed-queue.ts';

export interface EventsProps extends AlarmedQueueProps {
  /** The bus's, unique in the account and region. */
  busName: string;
}

/**
 * The bus, and how every event of the orchestrator reaches its consumers: rule, topic, one queue for each. What travels
 * is the event itself, the same JSON that the embedded home delivers. Other teams add rules of their own to the bus.
 */
export class Events extends Construct {
  readonly bus: EventBus;
  readonly topic: Topic;
  readonly queues: Record<QueueName, Queue>;
  /** Of each queue, and of what EventBridge and SNS could not hand on. */
  readonly deadLetterQueues: Record<string, IQueue>;

  constructor(scope: Construct, id: string, { busName, ...props }: EventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { eventBusName: busName, description: 'Events of the Omni Orchestrator' });
    const undelivered = new DeadLetterQueue(this, 'Undelivered', props);
    this.topic = new Topic(this, 'Topic', {
      enforceSSL: true,
      ...(props.encryptionKey && { masterKey: props.encryptionKey }),
    });
    new Rule(this, 'Rule', {
      eventBus: this.bus,
      description: 'Every event of the orchestrator',
      eventPattern: { source: [eventSource] },
      targets: [
        new SnsTopic(this.topic, { message: RuleTargetInput.fromEventPath('$.detail'), deadLetterQueue: undelivered }),
      ],
    });
    const created = Object.keys(queues).map((name) => [name, this.createQueue(name as QueueName, props)]);
    this.queues = Object.fromEntries(created);
    this.deadLetterQueues = { Undelivered: undelivered, ...deadLetterQueuesOf(this.queues) };
    for (const rule of busRules(queues))
      this.topic.addSubscription(subscriptionOf(rule, this.queues[rule.queue], undelivered));
  }

  private createQueue(name: QueueName, props: AlarmedQueueProps): Queue {
    const spec: QueueSpec = queues[name];
    const { visibilitySeconds, receivesMax, keptDays } = spec;
    return new WorkQueue(this, name, {
      ...props,
      visibilityTimeout: Duration.seconds(visibilitySeconds),
      deadLetterQueue: { queue: new DeadLetterQueue(this, `${name}-dead`, props), maxReceiveCount: receivesMax },
      alarmsAt: spec,
      ...(keptDays && { retentionPeriod: Duration.days(keptDays) }),
    });
  }
}

function deadLetterQueuesOf(queues: Record<QueueName, Queue>): Record<string, IQueue> {
  const entries = Object.entries(queues).flatMap(([name, { deadLetterQueue }]) =>
    deadLetterQueue ? [[`${name}-dead`, deadLetterQueue.queue] as const] : [],
  );
  return Object.fromEntries(entries);
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
