import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, it } from 'vitest';
import { subscriptionOf } from '../../lib/events.ts';

it.each([
  { pattern: {}, filter: { FilterPolicy: undefined, FilterPolicyScope: undefined } },
  {
    pattern: { type: ['pipeline.completed', 'pipeline.failed'] },
    filter: { FilterPolicy: { type: ['pipeline.completed', 'pipeline.failed'] }, FilterPolicyScope: 'MessageBody' },
  },
])('a rule with the pattern $pattern subscribes its queue with the filter $filter', ({ pattern, filter }) => {
  const stack = new Stack(new App());
  const [queue, dead] = [new Queue(stack, 'Queue'), new Queue(stack, 'Dead')];
  new Topic(stack, 'Topic').addSubscription(subscriptionOf({ pattern, queue: 'q' }, queue, dead));
  const [subscription] = Object.values(Template.fromStack(stack).findResources('AWS::SNS::Subscription'));
  const { FilterPolicy, FilterPolicyScope } = subscription?.['Properties'] ?? {};
  expect({ FilterPolicy, FilterPolicyScope }).toEqual(filter);
});
