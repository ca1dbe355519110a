import { type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventSource } from '../../backend/resources.ts';
import { deployApp } from '../aws-stack.ts';
import type { AwsSite } from './aws-site.ts';
import { ended, execute, type ListedEvent, newRepository, pipelineRequest } from './site.ts';

const sqs = new SQSClient();

/** What EventBridge hands to the target of a rule. */
interface Handed {
  source: string;
  'detail-type': string;
  detail: ListedEvent<{ pipeline_id: string }>;
}

/** What other teams see, who have stacks of their own: the example of docs/events.md, deployed as it says there. */
export function describeConsumerStacks(site: () => AwsSite): void {
  describe('the stack of another team', () => {
    let consumer: Awaited<ReturnType<typeof deployApp>>;
    beforeAll(async () => {
      const context = { eventBusName: site().stack.eventBusName };
      const app = 'node docs/examples/completed-pipelines.ts';
      consumer = await deployApp(String(process.env['AWS_ENDPOINT_URL']), context, app);
    });
    afterAll(() => consumer.destroy());

    it('gets pipeline.completed by its rule on the bus, and no other type', async () => {
      const { pipeline_id } = await execute(site(), pipelineRequest(newRepository().url, { stages: ['ingest'] }));
      expect((await ended(site(), pipeline_id)).status).toBe('completed');
      const handed: Handed[] = [];
      await vi.waitFor(
        async () => {
          handed.push(...(await receive(consumer.outputs['QueueUrl'])));
          expect(handed.map(({ detail }) => detail.data.pipeline_id)).toContain(pipeline_id);
        },
        { timeout: 30_000, interval: 300 },
      );
      const types = new Set(
        handed.map((event) => JSON.stringify([event.source, event['detail-type'], event.detail.type])),
      );
      expect([...types].map((text) => JSON.parse(text))).toEqual([
        [eventSource, 'pipeline.completed', 'pipeline.completed'],
      ]);
    });
  });
}

async function receive(queueUrl: string | undefined): Promise<Handed[]> {
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
  );
  return messages.map(({ Body: body }: Message) => JSON.parse(String(body)) as Handed);
}
