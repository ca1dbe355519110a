import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { sqsQueue } from '../../../backend/aws/queue.ts';
import { sqsConsumer } from '../../../backend/aws/sqs-consumer.ts';
import type { Consumer } from '../../../backend/backend.ts';
import { describeQueue } from '../../suites/queue-suite.ts';

const client = new SQSClient();
const visibilitySeconds = 2;
const receivesMax = 3;
const batchSize = 10;

describeQueue({
  name: 'SQS',
  async open() {
    const name = randomUUID();
    const deadLetterUrl = await createQueue(`${name}-dead`, {});
    const { Attributes: attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
    );
    const queueUrl = await createQueue(name, {
      VisibilityTimeout: String(visibilitySeconds),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: attributes?.QueueArn, maxReceiveCount: receivesMax }),
    });
    const deadLetters = new Map<string, unknown>();
    return {
      queue: sqsQueue(client, queueUrl),
      visibilitySeconds,
      receivesMax,
      batchSize,
      consume: (consumer) => eventSource({ queueUrl, deadLettersUrl: deadLetterUrl }, consumer),
      async deadLetters() {
        for (const message of await receive(deadLetterUrl)) {
          deadLetters.set(String(message.MessageId), JSON.parse(String(message.Body)));
        }
        return [...deadLetters.values()];
      },
      now: Date.now,
      elapse: () => undefined,
      async close() {
        await Promise.all(
          [queueUrl, deadLetterUrl].map((url) => client.send(new DeleteQueueCommand({ QueueUrl: url }))),
        );
      },
    };
  },
});

async function createQueue(name: string, attributes: Record<string, string>): Promise<string> {
  const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return url;
}

async function receive(queueUrl: string): Promise<Message[]> {
  const { Messages: messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: batchSize,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  return messages;
}

/** What Lambda's event source does: several pollers, and deletion of what the handler did not report as failed. */
function eventSource(urls: { queueUrl: string; deadLettersUrl: string }, consumer: Consumer): () => Promise<void> {
  const { queueUrl } = urls;
  const handler = sqsConsumer(consumer, { ...urls, client, warn: () => undefined });
  const invocations = new Set<Promise<void>>();
  let isStopped = false;
  const polling = (async () => {
    while (!isStopped) {
      const messages = await receive(queueUrl);
      if (messages.length === 0) continue;
      const invocation = invoke(messages).finally(() => invocations.delete(invocation));
      invocations.add(invocation);
    }
  })();
  return async () => {
    isStopped = true;
    await polling;
    await Promise.all(invocations);
  };

  async function invoke(messages: Message[]) {
    const response = await handler({ Records: messages.map(recordOf) } as SQSEvent).catch(() => undefined);
    const failed = response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    const done = messages.filter(({ MessageId: id = '' }) => failed && !failed.includes(id));
    if (done.length === 0) return;
    const entries = done.map(({ MessageId: id, ReceiptHandle: handle }) => ({ Id: id, ReceiptHandle: handle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  }
}

function recordOf(message: Message) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
  };
}
