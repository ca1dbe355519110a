import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { sqsConsumer } from '../../../backend/aws/sqs-consumer.ts';
import type { Consumer } from '../../../backend/backend.ts';

const records = (bodies: string[]) =>
  ({
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: `r${index}`,
      body,
      attributes: { ApproximateReceiveCount: '2' },
    })),
  }) as SQSEvent;

function handlerOf(consumer: Consumer) {
  const client = new SQSClient({ region: 'us-east-1' });
  const send = vi.spyOn(client, 'send').mockImplementation(async () => ({ Failed: [{ Id: 'm0', Code: 'Gone' }] }));
  const warn = vi.fn();
  const handler = sqsConsumer(consumer, { queueUrl: 'https://queue', client, warn });
  const inputs = () => send.mock.calls.map(([command]) => command.input);
  return { handler, inputs, warn };
}

describe('the consumer of an SQS event source', () => {
  it('reports a body that is not JSON as failed, without holding up the others or logging it', async () => {
    const consumer = vi.fn<Consumer>(async () => ({ retry: [] }));
    const { handler, warn } = handlerOf(consumer);
    expect(await handler(records(['{secret', '{"n":1}']))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(consumer).toHaveBeenCalledExactlyOnceWith([{ id: 'm1', body: { n: 1 }, receives: 2 }]);
    expect(JSON.stringify(warn.mock.calls)).toContain('m0');
    expect(JSON.stringify(warn.mock.calls)).not.toContain('secret');
  });

  it('sets the visibility of each message that asks for a delay, within 12 hours, ten at a time', async () => {
    const { handler, inputs, warn } = handlerOf(async (messages) => ({
      retry: messages.map(({ id }, index) => ({ id, ...(index > 0 && { delaySeconds: index === 1 ? 1e6 : 1.5 }) })),
    }));
    const response = await handler(records(Array.from({ length: 12 }, () => '{}')));
    expect(response.batchItemFailures).toHaveLength(12);
    const sent = inputs() as { QueueUrl: string; Entries: { Id: string; VisibilityTimeout: number }[] }[];
    expect(sent.map(({ Entries }) => Entries.length)).toEqual([10, 1]);
    expect(sent[0]?.Entries.slice(0, 2)).toEqual([
      { Id: 'm1', ReceiptHandle: 'r1', VisibilityTimeout: 43_200 },
      { Id: 'm2', ReceiptHandle: 'r2', VisibilityTimeout: 2 },
    ]);
    expect(warn).toHaveBeenCalledWith('Messages come back without their delay', expect.anything());
  });

  it('refuses to give a message up where its queue does not say so, which fails the batch', async () => {
    const { handler } = handlerOf(async () => ({ retry: [], dead: [{ id: 'm0', body: {} }] }));
    await expect(handler(records(['{}']))).rejects.toThrow('gives messages up');
  });

  it('fails the whole batch when the consumer throws', async () => {
    const { handler } = handlerOf(() => Promise.reject(new Error('broken')));
    await expect(handler(records(['{}']))).rejects.toThrow('broken');
  });
});
