import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { QueueTask } from '../../functions/core/task.ts';
import { environmentValue } from '../aws/environment.ts';
import { sqsConsumer } from '../aws/sqs-consumer.ts';
import { type QueueName, type QueueSpec, queues } from '../resources.ts';
import type { LambdaHome } from './lambda.ts';

/** A queue task as the handler of a Lambda function with an SQS event source. */
export function queueHandler(task: QueueTask, queue: QueueName, home: LambdaHome) {
  const { givesUp }: QueueSpec = queues[queue];
  const consume = sqsConsumer((messages) => task.consume(messages, home), {
    queueUrl: environmentValue('queue', queue),
    ...(givesUp && { deadLettersUrl: environmentValue('dead_letters', queue) }),
    warn: (message, detail) => home.log.warn(message, detail),
  });
  return middy<SQSEvent, SQSBatchResponse, Error, Context>().use(injectLambdaContext(home.log)).handler(consume);
}
