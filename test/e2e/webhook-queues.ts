import {
  DeleteMessageCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AwsSite } from './aws-site.ts';
import { newRepository } from './site.ts';
import { deliveryOnce, idOf, publishThree, registerFor } from './webhook-calls.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

const client = new SQSClient();

interface Peeked {
  Body: string;
  MessageGroupId: string | null;
}

/** What of webhooks only the queues of the deployed stack show. */
export function describeWebhookQueues(site: () => AwsSite): void {
  describe('the queue of deliveries', { timeout: 90_000 }, () => {
    let receiver: WebhookReceiver;
    let queueUrl: string;
    let deadLettersUrl: string;
    beforeAll(async () => {
      receiver = await startWebhookReceiver(site().receiverAddress);
      queueUrl = await urlOf(/webhookdeliveries[0-9A-F]{8}/);
      deadLettersUrl = await urlOf(/webhookdeliveriesdead/);
    });
    afterAll(() => receiver.close());

    it('has the dead delivery in its dead letters, from where a redrive delivers it anew', async (test) => {
      const { url: repo_url } = newRepository();
      const inbox = receiver.open(() => ({ status: 500 }));
      const webhook = await registerFor(test, site(), inbox, { events: ['pipeline.started'], filter: { repo_url } });
      await publishThree(site(), repo_url);
      const { id, event_id } = await deliveryOnce(site(), webhook.path, { status: 'dead_lettered' });
      const expected = { webhook_id: webhook.id, delivery_id: id, series: 2 };
      const letter = await deadLetterOnce(deadLettersUrl, (body) => JSON.stringify(body).includes(id));
      expect(JSON.parse(String(letter.Body))).toEqual(expected);

      inbox.script = () => ({ status: 200 });
      await redrive(letter);
      await deliveryOnce(site(), webhook.path, { status: 'delivered', attempts_total: 4 });
      expect(inbox.posts.map(idOf)).toEqual(Array.from({ length: 4 }, () => event_id));
    });

    it('has a group for each webhook, so that none waits for the many of another', async (test) => {
      const { url: repo_url } = newRepository();
      const asksForTime = () => ({ status: 503, headers: { 'retry-after': '600' } });
      const inboxes = [receiver.open(asksForTime), receiver.open(asksForTime)];
      const fields = { events: ['pipeline.started'], filter: { repo_url } };
      const webhooks = await Promise.all(inboxes.map((inbox) => registerFor(test, site(), inbox, fields)));
      await publishThree(site(), repo_url);
      for (const { path } of webhooks) await deliveryOnce(site(), path, { status: 'pending', attempts_total: 1 });
      const messages = await peek(queueUrl);
      if (!messages) return test.skip('Only MiniStack shows messages that are hidden.');
      const groups = webhooks.map(({ id }) => messages.filter(({ Body }) => Body.includes(id)));
      expect(groups.map((group) => group.map(({ MessageGroupId }) => MessageGroupId))).toEqual(
        webhooks.map(({ id }) => [id]),
      );
    });

    /** What a redrive does with one message. */
    async function redrive({ Body, ReceiptHandle }: Message) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: String(Body) }));
      await client.send(new DeleteMessageCommand({ QueueUrl: deadLettersUrl, ReceiptHandle }));
    }
  });
}

async function urlOf(name: RegExp): Promise<string> {
  const { QueueUrls: urls = [] } = await client.send(new ListQueuesCommand({ MaxResults: 1000 }));
  const found = urls.filter((url) => name.test(url));
  expect(found, urls.join(' ')).toHaveLength(1);
  return String(found[0]);
}

function deadLetterOnce(queueUrl: string, isIt: (body: unknown) => boolean): Promise<Message> {
  const receive = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 1 };
  return vi.waitFor(
    async () => {
      const { Messages: messages = [] } = await client.send(new ReceiveMessageCommand(receive));
      const letter = messages.find(({ Body }) => isIt(JSON.parse(String(Body))));
      expect(letter).toBeDefined();
      return letter as Message;
    },
    { timeout: 20_000, interval: 300 },
  );
}

/** All messages of a queue, hidden ones too; undefined where the endpoint is not MiniStack. */
async function peek(queueUrl: string): Promise<Peeked[] | undefined> {
  const query = new URLSearchParams({ QueueUrl: queueUrl });
  const response = await fetch(`${process.env['AWS_ENDPOINT_URL']}/_ministack/sqs/messages?${query}`);
  if (!response.ok) return undefined;
  const { messages } = (await response.json()) as {
    messages: Record<string, Record<string, Record<string, Peeked[]>>>;
  };
  const queues = Object.values(messages).flatMap((regions) => Object.values(regions));
  return queues.flatMap((queue) => queue[queueUrl] ?? []);
}
