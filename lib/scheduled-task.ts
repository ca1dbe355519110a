import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

const nextCallDoesIt = 'A call that fails leaves its work to the next, minutes later.';

export interface ScheduledTaskProps {
  handler: IFunction;
  everyMinutes: number;
}

/** Calls a function at a fixed rate. A call that fails is not repeated: the next does the same work. */
export class ScheduledTask extends Construct {
  constructor(scope: Construct, id: string, { handler, everyMinutes }: ScheduledTaskProps) {
    super(scope, id);
    new Rule(this, 'Rule', {
      schedule: Schedule.rate(Duration.minutes(everyMinutes)),
      targets: [new LambdaFunction(handler, { retryAttempts: 0, maxEventAge: Duration.minutes(everyMinutes) })],
    });
    acknowledge(this, { 'Serverless-EventBusDLQ': nextCallDoesIt });
    acknowledge(handler, { 'Serverless-LambdaAsyncFailureDestination': nextCallDoesIt });
    handler.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(everyMinutes) });
  }
}
