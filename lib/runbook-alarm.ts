import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface RunbookAlarmProps {
  /** What rings, as the name of a thing. */
  about: string;
  /** The heading of docs/runbook.md under which it says what to do. */
  paragraph: string;
  /** One metric: CloudWatch bills each that an alarm looks at, so an alarm on the sum of several would cost as much as one on each. */
  metric: Metric;
  /** It rings from this value on. */
  threshold: number;
  /** In how many periods of the metric the threshold must be met, and of how many in a row; 1 of 1 where left out. */
  periods?: { met: number; of: number };
  alarmAction: IAlarmAction | undefined;
}

/** An alarm that names its paragraph of the runbook, and is silent while there is nothing to measure. */
export class RunbookAlarm extends Alarm {
  constructor(
    scope: Construct,
    id: string,
    { metric, threshold, periods = { met: 1, of: 1 }, alarmAction, ...text }: RunbookAlarmProps,
  ) {
    super(scope, id, {
      alarmDescription: descriptionOf(text),
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods.of,
      datapointsToAlarm: periods.met,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (alarmAction) this.addAlarmAction(alarmAction);
  }
}

/** Rings when nothing at all was counted in a period of the metric, where something always is. */
export class SilenceAlarm extends Alarm {
  constructor(
    scope: Construct,
    id: string,
    { metric, alarmAction, ...text }: Omit<RunbookAlarmProps, 'threshold' | 'periods'>,
  ) {
    super(scope, id, {
      alarmDescription: descriptionOf(text),
      metric,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.BREACHING,
    });
    if (alarmAction) this.addAlarmAction(alarmAction);
  }
}

function descriptionOf({ about, paragraph }: Pick<RunbookAlarmProps, 'about' | 'paragraph'>): string {
  return `${about}: see "${paragraph}" in docs/runbook.md.`;
}
