import { randomUUID } from 'node:crypto';
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { eventBridgeBus } from '../../../backend/aws/bus.ts';
import type { BusEvent } from '../../../backend/backend.ts';
import { eventSource } from '../../../backend/resources.ts';
import { describeBus } from '../../suites/bus-suite.ts';

const client = new EventBridgeClient();
const sqs = new SQSClient();

describeBus({
  name: 'EventBridge',
  async open(rules) {
    const busName = `bus-${randomUUID()}`;
    await client.send(new CreateEventBusCommand({ Name: busName }));
    const targets = await Promise.all(rules.map(({ types }, index) => openRule(busName, `rule-${index}`, types)));
    return {
      bus: eventBridgeBus(client, busName),
      received: () => Promise.all(targets.map((target) => target.received())),
      async close() {
        await Promise.all(targets.map((target) => target.close()));
        await client.send(new DeleteEventBusCommand({ Name: busName }));
      },
    };
  },
});

async function openRule(busName: string, name: string, types: string[] | undefined) {
  const queueUrl = await createQueue(`${busName}-${name}`);
  const { Attributes: attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  const pattern = { source: [eventSource], ...(types && { 'detail-type': types }) };
  await client.send(new PutRuleCommand({ EventBusName: busName, Name: name, EventPattern: JSON.stringify(pattern) }));
  await client.send(
    new PutTargetsCommand({
      EventBusName: busName,
      Rule: name,
      Targets: [{ Id: 'queue', Arn: attributes?.QueueArn }],
    }),
  );
  const events: BusEvent[] = [];
  return {
    async received() {
      const { Messages: messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
      );
      events.push(...messages.map((message) => eventOf(JSON.parse(String(message.Body)))));
      return events;
    },
    async close() {
      await client.send(new RemoveTargetsCommand({ EventBusName: busName, Rule: name, Ids: ['queue'] }));
      await client.send(new DeleteRuleCommand({ EventBusName: busName, Name: name }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    },
  };
}

/** The event in what EventBridge hands to a target, which says the event's type outside too, for the rules of other teams. */
function eventOf(handed: { source: string; 'detail-type': string; detail: BusEvent }): BusEvent {
  const { source, 'detail-type': type, detail } = handed;
  expect({ source, type }).toEqual({ source: eventSource, type: detail.type });
  return detail;
}

async function createQueue(name: string): Promise<string> {
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  return url;
}
