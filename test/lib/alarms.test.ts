import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machines, type QueueName, type QueueSpec, queues, type TableName, tables } from '../../backend/resources.ts';
import { taskContracts } from '../../functions/contracts.ts';
import { pascalCase } from '../../lib/pascal-case.ts';
import { everyChoice, synthesise } from './synthesised.ts';

interface Alarm {
  AlarmDescription: string;
  AlarmActions: unknown[];
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: { Ref?: string; 'Fn::GetAtt'?: [string, string] } | string }[];
  ComparisonOperator: string;
  Threshold: number;
  Period: number;
  EvaluationPeriods: number;
  DatapointsToAlarm?: number;
  TreatMissingData: string;
  Metrics?: unknown;
}

const { ofType } = synthesise(everyChoice);
const alarms = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties as unknown as Alarm);
const workQueues = Object.keys(queues) as QueueName[];
const deadLetterQueues = ['EventsUndelivered', ...workQueues.map((name) => `Events${name}-dead`), 'UnrecordedReadings'];
const scheduled = taskContracts.flatMap(({ name, trigger }) =>
  trigger.type === 'schedule' ? [{ name, trigger }] : [],
);

/** The alarms on the resource whose logical id is this one, but for the hash at its end. */
function alarmsOn(id: string): Alarm[] {
  const logicalId = new RegExp(`^${id.replaceAll('-', '')}[0-9A-F]{8}$`);
  return alarms.filter(({ Dimensions = [] }) =>
    Dimensions.some(
      ({ Value }) => typeof Value === 'object' && logicalId.test(Value.Ref ?? Value['Fn::GetAtt']?.[0] ?? ''),
    ),
  );
}

function thresholdsOf(id: string) {
  return Object.fromEntries(alarmsOn(id).map(({ MetricName, Threshold }) => [MetricName, Threshold]));
}

describe('what rings', () => {
  it.each(workQueues)(
    'is the queue %s when a message waits longer than it says, or more are in flight than it says',
    (name) => {
      const { ageAlarmSeconds, inFlightAlarm }: QueueSpec = queues[name];
      expect(thresholdsOf(`Events${name}`)).toEqual({
        ApproximateAgeOfOldestMessage: ageAlarmSeconds,
        ...(inFlightAlarm && { ApproximateNumberOfMessagesNotVisible: inFlightAlarm }),
      });
    },
  );

  it.each(deadLetterQueues)(
    'is the dead-letter queue %s at the first message, and when one has waited 10 days',
    (id) => {
      expect(thresholdsOf(id)).toEqual({
        ApproximateNumberOfMessagesVisible: 1,
        ApproximateAgeOfOldestMessage: 10 * 24 * 3600,
      });
    },
  );

  it.each(machines)('is the state machine %s when an execution failed, timed out or was aborted', (name) => {
    expect(thresholdsOf(`${pascalCase(name)}Machine`)).toEqual({
      ExecutionsFailed: 1,
      ExecutionsTimedOut: 1,
      ExecutionsAborted: 1,
    });
  });

  it.each(Object.keys(tables) as TableName[])('is the table %s when it throttles for a quarter of an hour', (name) => {
    expect(thresholdsOf(`Tables${name}`)).toEqual({ ReadThrottleEvents: 1, WriteThrottleEvents: 1 });
    for (const alarm of alarmsOn(`Tables${name}`)) expect(alarm).toMatchObject({ Period: 300, DatapointsToAlarm: 3 });
  });

  it.each(scheduled)('is the scheduled task $name when its calls fail again and again', ({ name, trigger }) => {
    const failing = alarmsOn(`${name}Function`).filter(({ MetricName }) => MetricName === 'Errors');
    expect(failing).toHaveLength(1);
    expect(failing[0]).toMatchObject({ Threshold: 1, Period: trigger.everyMinutes * 60, DatapointsToAlarm: 3 });
  });

  it('is the poller when it is not called for five minutes, which nothing else would tell', () => {
    const silent = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching');
    expect(silent).toEqual(alarmsOn('pollservicesFunction').filter(({ MetricName }) => MetricName === 'Invocations'));
    expect(silent).toMatchObject([
      { ComparisonOperator: 'LessThanThreshold', Threshold: 1, Period: 300, TreatMissingData: 'breaching' },
    ]);
  });

  it('is the API at five answers of status 5xx in five minutes, by what API Gateway counts', () => {
    const [alarm, ...others] = alarms.filter(({ Namespace }) => Namespace === 'AWS/ApiGateway');
    expect(others).toEqual([]);
    expect(alarm).toMatchObject({ MetricName: '5XXError', Threshold: 5, Period: 300 });
    const [[, api] = []] = ofType('AWS::ApiGateway::RestApi');
    expect(alarm?.Dimensions).toEqual([
      { Name: 'ApiName', Value: api?.Properties['Name'] },
      { Name: 'Stage', Value: expect.anything() },
    ]);
  });

  it('is the account when its functions are throttled for a quarter of an hour', () => {
    const throttled = alarms.filter(({ MetricName }) => MetricName === 'Throttles');
    expect(throttled).toMatchObject([{ Namespace: 'AWS/Lambda', Threshold: 1, Period: 300, DatapointsToAlarm: 3 }]);
    expect(throttled[0]?.Dimensions).toBeUndefined();
  });

  it('is nothing else', () => {
    const ofQueues = workQueues.length + 1 + 2 * deadLetterQueues.length;
    const ofTables = 2 * Object.keys(tables).length;
    expect(alarms).toHaveLength(ofQueues + ofTables + 3 * machines.length + scheduled.length + 3);
  });
});

describe('every alarm', () => {
  it('is one of so few that all together cost less than 10 dollars a month, at 10 cents each', () => {
    expect(alarms.length).toBeLessThan(100);
  });

  it('tells the topic that the deployment names, and nobody else', () => {
    for (const { AlarmActions } of alarms) expect(AlarmActions).toEqual([everyChoice.alarmTopicArn]);
  });

  it('looks at one metric, which is what each costs by, and no further back than the day that CloudWatch allows', () => {
    for (const { Metrics, Period, EvaluationPeriods } of alarms) {
      expect(Metrics).toBeUndefined();
      expect(Period * EvaluationPeriods).toBeLessThanOrEqual(24 * 3600);
    }
  });

  it('does without a topic where the deployment names none', () => {
    for (const [, { Properties }] of synthesise().ofType('AWS::CloudWatch::Alarm')) {
      expect(Properties['AlarmActions']).toBeUndefined();
    }
  });
});

describe('the runbook', () => {
  const runbook = readFileSync('docs/runbook.md', 'utf8');
  const paragraphs = headingsUnder('When an alarm rings', runbook);
  const named = alarms.map(({ AlarmDescription }) => /see "(.+)" in docs\/runbook\.md/.exec(AlarmDescription)?.[1]);

  it('has the paragraph that each alarm names', () => {
    expect(paragraphs).toEqual(expect.arrayContaining(named));
  });

  it('has no paragraph on alarms that no alarm names', () => {
    expect(paragraphs.filter((paragraph) => !named.includes(paragraph))).toEqual([]);
  });

  it.each([
    ...workQueues,
    ...deadLetterQueues.map((id) => id.replace(/^Events/, '')),
    ...scheduled.map(({ name }) => name),
  ])('has a row on %s', (name) => {
    expect(runbook).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, 'm'));
  });
});

/** The headings of the third level under one of the second. */
function headingsUnder(heading: string, text: string): (string | undefined)[] {
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const [own = ''] = section.split(/^## /m);
  return [...own.matchAll(/^### (.+)$/gm)].map(([, title]) => title);
}
