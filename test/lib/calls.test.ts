import { describe, expect, it } from 'vitest';
import { type QueueName, queues } from '../../backend/resources.ts';
import { taskContracts } from '../../functions/contracts.ts';
import { synthesise } from './synthesised.ts';

const { ofType } = synthesise();

/** What of a type names the function of a task. */
function ofTask(type: string, task: string) {
  const [id] =
    ofType('AWS::Lambda::Function').find(([each]) => each.startsWith(`${task.replaceAll('-', '')}Function`)) ?? [];
  return ofType(type)
    .map(([, { Properties }]) => Properties)
    .filter((properties) => JSON.stringify(properties).includes(`"${id}"`));
}

const tasks = taskContracts.map(({ name, trigger }) => ({ name, trigger }));
const consumers = tasks.flatMap(({ name, trigger }) =>
  trigger.type === 'queue' ? [{ name, queue: trigger.queue as QueueName }] : [],
);
const scheduled = tasks.filter(({ trigger }) => trigger.type === 'schedule');

describe('the consumer of a queue', () => {
  it.each(consumers)(
    '$name is told of as many messages at a time as its queue says, by so many calls',
    ({ name, queue }) => {
      const { batchSize, callsMax } = queues[queue];
      expect(ofTask('AWS::Lambda::EventSourceMapping', name)).toMatchObject([
        { BatchSize: batchSize, ScalingConfig: { MaximumConcurrency: callsMax } },
      ]);
    },
  );

  it.each(consumers)(
    '$name is told again of what it answers that it could not do, which is lost otherwise',
    ({ name }) => {
      expect(ofTask('AWS::Lambda::EventSourceMapping', name)).toMatchObject([
        { FunctionResponseTypes: ['ReportBatchItemFailures'] },
      ]);
    },
  );
});

describe('a scheduled task', () => {
  it.each(scheduled)(
    '$name is called once in its time: the next call does what one that failed has left',
    ({ name }) => {
      const [rule, ...others] = ofTask('AWS::Events::Rule', name);
      expect(others).toEqual([]);
      expect(rule?.['Targets']).toMatchObject([{ RetryPolicy: { MaximumRetryAttempts: 0 } }]);
      expect(ofTask('AWS::Lambda::EventInvokeConfig', name)).toMatchObject([{ MaximumRetryAttempts: 0 }]);
    },
  );
});
