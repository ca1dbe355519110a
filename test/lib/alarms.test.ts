import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machines, type QueueName, type QueueSpec, queues } from '../../backend/resources.ts';
import { everyChoice, synthesise } from './synthesised.ts';

const { ofType } = synthesise(everyChoice);
const alarms = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
const workQueues = Object.keys(queues) as QueueName[];
const deadLetterQueues = ['Undelivered', ...workQueues.map((name) => `${name}-dead`)];

/** The thresholds of a queue's alarms, by metric. */
function thresholdsOf(queue: string) {
  const logicalId = new RegExp(`^Events${queue.replaceAll('-', '')}[0-9A-F]{8}$`);
  const own = alarms.filter(({ Dimensions }) => {
    const [dimension] = Dimensions as { Name: string; Value: { 'Fn::GetAtt'?: [string, string] } }[];
    return dimension?.Name === 'QueueName' && logicalId.test(dimension.Value['Fn::GetAtt']?.[0] ?? '');
  });
  return Object.fromEntries(own.map(({ MetricName, Threshold }) => [MetricName, Threshold]));
}

describe('what rings', () => {
  it.each(workQueues)(
    'is the queue %s when a message waits longer than it says, or more are in flight than it says',
    (name) => {
      const { ageAlarmSeconds, inFlightAlarm }: QueueSpec = queues[name];
      expect(thresholdsOf(name)).toEqual({
        ApproximateAgeOfOldestMessage: ageAlarmSeconds,
        ...(inFlightAlarm && { ApproximateNumberOfMessagesNotVisible: inFlightAlarm }),
      });
    },
  );

  it.each(deadLetterQueues)(
    'is the dead-letter queue %s at the first message, and when one has waited 10 days',
    (name) => {
      expect(thresholdsOf(name)).toEqual({
        ApproximateNumberOfMessagesVisible: 1,
        ApproximateAgeOfOldestMessage: 10 * 24 * 3600,
      });
    },
  );

  it('is each state machine whose execution failed, and nothing else', () => {
    const failed = alarms.filter(({ MetricName }) => MetricName === 'ExecutionsFailed');
    expect(failed).toHaveLength(machines.length);
    expect(alarms).toHaveLength(machines.length + workQueues.length + 1 + 2 * deadLetterQueues.length);
  });
});

describe('every alarm', () => {
  it('names a paragraph of the runbook', () => {
    const headings = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (.+)$/gm)].map(([, text]) => text);
    for (const { AlarmDescription } of alarms) {
      const [, paragraph] = /see "(.+)" in docs\/runbook\.md/.exec(String(AlarmDescription)) ?? [];
      expect(headings, String(AlarmDescription)).toContain(paragraph);
    }
  });

  it('tells the topic that the deployment names, and nobody else', () => {
    for (const { AlarmActions } of alarms) expect(AlarmActions).toEqual([everyChoice.alarmTopicArn]);
  });

  it('is silent while there is nothing to measure', () => {
    for (const { TreatMissingData } of alarms) expect(TreatMissingData).toBe('notBreaching');
  });
});
