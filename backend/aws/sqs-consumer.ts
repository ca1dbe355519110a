import { ChangeMessageVisibilityBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Consumer, Handled, Json, QueueMessage } from '../backend.ts';
import { sqsQueue } from './queue.ts';

/** The longest that SQS hides a message: 12 hours. */
const visibilityMaxSeconds = 12 * 60 * 60;

export interface SqsConsumerOptions {
  /** The URL of the queue that the event source reads. */
  queueUrl: string;
  /** The URL of its dead-letter queue, where the consumer may give messages up itself. */
  deadLettersUrl?: string;
  client?: SQSClient;
  /** Told of what does not stop the batch: an unreadable message, a delay that SQS refused. Message bodies are not in it. */
  warn: (message: string, detail: Record<string, unknown>) => void;
}

/**
 * The Lambda handler of an SQS event source with partial batch failures. Messages to retry are reported as failed, after
 * their visibility was set where they ask for a delay. Those that are given up are sent to the dead-letter queue. A body
 * that is not JSON is reported as failed, so it ends there without holding up the others. A throw of the consumer, or a
 * dead letter that cannot be sent, fails the batch.
 */
export function sqsConsumer(consumer: Consumer, options: SqsConsumerOptions) {
  const { queueUrl, deadLettersUrl, client = new SQSClient(), warn } = options;
  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const read = event.Records.map((record) => ({ record, message: messageOf(record) }));
    const unreadable = read.filter(({ message }) => !message).map(({ record }) => record.messageId);
    if (unreadable.length > 0) warn('Messages are not JSON', { messageIds: unreadable });

    const messages = read.flatMap(({ message }) => message ?? []);
    const { retry, dead = [] } = messages.length > 0 ? await consumer(messages) : { retry: [] };

    await bury(dead);
    await delay(retry);
    return { batchItemFailures: [...unreadable, ...retry.map(({ id }) => id)].map((id) => ({ itemIdentifier: id })) };

    async function bury(dead: NonNullable<Handled['dead']>) {
      if (dead.length === 0) return;
      if (deadLettersUrl === undefined) throw new Error('The queue does not say that its consumer gives messages up');
      await sqsQueue(client, deadLettersUrl).send(dead.map(({ id: _, ...message }) => message));
    }

    async function delay(wanted: Handled['retry']) {
      const entries = wanted.flatMap(({ id, delaySeconds }) => {
        const record = event.Records.find(({ messageId }) => messageId === id);
        if (!record || delaySeconds === undefined) return [];
        return [{ Id: id, ReceiptHandle: record.receiptHandle, VisibilityTimeout: bounded(delaySeconds) }];
      });
      for (let start = 0; start < entries.length; start += 10) {
        const batch = entries.slice(start, start + 10);
        const { Failed: failed = [] } = await client.send(
          new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: batch }),
        );
        if (failed.length > 0) warn('Messages come back without their delay', { refused: failed });
      }
    }
  };
}

function bounded(delaySeconds: number): number {
  return Math.min(Math.max(0, Math.ceil(delaySeconds)), visibilityMaxSeconds);
}

function messageOf(record: SQSRecord): QueueMessage | undefined {
  try {
    const body = JSON.parse(record.body) as Json;
    return { id: record.messageId, body, receives: Number(record.attributes.ApproximateReceiveCount) };
  } catch {
    return undefined;
  }
}
