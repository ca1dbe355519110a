import { Duration } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { TaskContract } from '../functions/core/contract.ts';
import { acknowledge } from './acknowledge.ts';
import { RunbookAlarm, SilenceAlarm } from './runbook-alarm.ts';

const nextCallDoesIt = 'A call that fails leaves its work to the next, minutes later.';

/**
 * The next call mends what a failed one left, so one failure is nothing that anyone must see to, but three are. Calls are not
 * exactly a period apart, so a period may have none.
 */
const failedCalls = { met: 3, of: 4 };

export interface ScheduledTaskProps {
  /** The task's. */
  name: string;
  handler: IFunction;
  trigger: Extract<TaskContract['trigger'], { type: 'schedule' }>;
  alarmAction: IAlarmAction | undefined;
}

/**
 * Calls a function at a fixed rate. A call that fails is not repeated: the next does the same work. It rings when several
 * fail in a row, and where the contract asks for it also when no call is made.
 */
export class ScheduledTask extends Construct {
  constructor(scope: Construct, id: string, { name, handler, trigger, alarmAction }: ScheduledTaskProps) {
    super(scope, id);
    const { everyMinutes, silenceAlarmMinutes } = trigger;
    new Rule(this, 'Rule', {
      schedule: Schedule.rate(Duration.minutes(everyMinutes)),
      targets: [new LambdaFunction(handler, { retryAttempts: 0, maxEventAge: Duration.minutes(everyMinutes) })],
    });
    acknowledge(this, { 'Serverless-EventBusDLQ': nextCallDoesIt });
    acknowledge(handler, { 'Serverless-LambdaAsyncFailureDestination': nextCallDoesIt });
    handler.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(everyMinutes) });
    const about = `The scheduled task ${name}`;
    new RunbookAlarm(this, 'failed', {
      about,
      paragraph: 'A scheduled task fails',
      metric: handler.metricErrors({ period: Duration.minutes(everyMinutes) }),
      threshold: 1,
      periods: failedCalls,
      alarmAction,
    });
    if (silenceAlarmMinutes === undefined) return;
    new SilenceAlarm(this, 'silent', {
      about,
      paragraph: 'A scheduled task is not called',
      metric: handler.metricInvocations({ period: Duration.minutes(silenceAlarmMinutes) }),
      alarmAction,
    });
  }
}
