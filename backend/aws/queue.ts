import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import type { OutgoingMessage, Queue } from '../backend.ts';
import type { QueueName } from '../resources.ts';
import { batches } from './batches.ts';
import { environmentValue } from './environment.ts';
import { sendAll } from './send-all.ts';

/** The bounds of SendMessageBatch: 10 messages, 256 KiB of bodies (the bound that every region and emulator has). */
const bounds = { countMax: 10, bytesMax: 256 * 1024 };

/** Queues on SQS, by the URL in each one's environment variable. A group is SQS's fair-queue group. */
export function sqsQueues(client = new SQSClient()): (name: QueueName) => Queue {
  return (name) => sqsQueue(client, environmentValue('queue', name));
}

export function sqsQueue(client: SQSClient, queueUrl: string): Queue {
  return {
    async send(messages) {
      const entries = messages.map(entryOf);
      for (const batch of batches(entries, ({ MessageBody = '' }) => Buffer.byteLength(MessageBody), bounds)) {
        await sendAll(batch, (left) => send(client, queueUrl, left));
      }
    },
  };
}

function entryOf(message: OutgoingMessage, index: number): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: JSON.stringify(message.body),
    DelaySeconds: message.delaySeconds,
    MessageGroupId: message.group,
  };
}

async function send(client: SQSClient, queueUrl: string, entries: SendMessageBatchRequestEntry[]) {
  const { Failed: failed = [] } = await client.send(
    new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
  );
  return failed.flatMap(({ Id: id, Code: code = 'Unknown', Message: message = '', SenderFault: isSenderFault }) =>
    entries.filter((entry) => entry.Id === id).map((entry) => ({ entry, code, message, isRetryable: !isSenderFault })),
  );
}
