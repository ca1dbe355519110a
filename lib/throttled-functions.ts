import { Duration } from 'aws-cdk-lib';
import type { IAlarmAction, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { RunbookAlarm } from './runbook-alarm.ts';

/** A burst is throttled for some minutes, and what was is called again. A quarter of an hour is more than a burst. */
const lasting = { met: 3, of: 3 };

/** Calls of functions that Lambda refused, in 5 minutes: of all functions of the account in the region. */
export function throttledCalls(): Metric {
  return LambdaFunction.metricAllThrottles({ period: Duration.minutes(5) });
}

/**
 * Rings when functions are throttled for long. It looks at the account, as that is what has the concurrency: whoever uses it
 * up, our functions are refused next. One alarm for each function would cost more than all others together.
 */
export class ThrottledFunctions extends RunbookAlarm {
  constructor(scope: Construct, id: string, { alarmAction }: { alarmAction: IAlarmAction | undefined }) {
    super(scope, id, {
      about: "The account's functions",
      paragraph: 'Functions are throttled',
      metric: throttledCalls(),
      threshold: 1,
      periods: lasting,
      alarmAction,
    });
  }
}
