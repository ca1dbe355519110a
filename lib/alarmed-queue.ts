import { Duration } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { QueueSpec } from '../backend/resources.ts';
import { acknowledge } from './acknowledge.ts';
import { RunbookAlarm, type RunbookAlarmProps } from './runbook-alarm.ts';

export interface AlarmedQueueProps {
  encryptionKey: IKey | undefined;
  alarmAction: IAlarmAction | undefined;
}

/** An encrypted queue, reached over TLS only, to which alarms can be added. */
class AlarmedQueue extends Queue {
  readonly #alarmAction: IAlarmAction | undefined;

  constructor(scope: Construct, id: string, { encryptionKey, alarmAction, ...props }: AlarmedQueueProps & QueueProps) {
    super(scope, id, {
      enforceSSL: true,
      ...(encryptionKey
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
        : { encryption: QueueEncryption.SQS_MANAGED }),
      ...props,
    });
    this.#alarmAction = alarmAction;
  }

  protected alarm(id: string, alarm: Pick<RunbookAlarmProps, 'metric' | 'threshold' | 'paragraph'>): void {
    new RunbookAlarm(this, id, { about: this.node.id, alarmAction: this.#alarmAction, ...alarm });
  }
}

/** As often as SQS measures; five times that for what is not urgent. */
const [minute, fiveMinutes] = [{ period: Duration.minutes(1) }, { period: Duration.minutes(5) }];

type WorkQueueAlarms = Pick<QueueSpec, 'ageAlarmSeconds' | 'inFlightAlarm'>;

/** A queue that functions work off. It rings when they do not keep up. */
export class WorkQueue extends AlarmedQueue {
  constructor(
    scope: Construct,
    id: string,
    { alarmsAt, ...props }: AlarmedQueueProps & QueueProps & { alarmsAt: WorkQueueAlarms },
  ) {
    super(scope, id, props);
    this.alarm('age', {
      metric: this.metricApproximateAgeOfOldestMessage(minute),
      threshold: alarmsAt.ageAlarmSeconds,
      paragraph: 'Messages wait long in a queue',
    });
    if (alarmsAt.inFlightAlarm === undefined) return;
    this.alarm('in-flight', {
      metric: this.metricApproximateNumberOfMessagesNotVisible(minute),
      threshold: alarmsAt.inFlightAlarm,
      paragraph: 'Very many deliveries are under way',
    });
  }
}

/** The most that SQS keeps a message, so that people have time to look. */
const keptDays = 14;

/**
 * From this age on a message rings again: it is deleted four days later, which spans a long weekend. SQS counts the age
 * from the arrival in this queue and the end from the first sending, some minutes earlier.
 */
const ageAlarmDays = 10;

/** A queue for what could not be worked off. Its first message rings, and so does one that nobody has looked at. */
export class DeadLetterQueue extends AlarmedQueue {
  constructor(scope: Construct, id: string, props: AlarmedQueueProps) {
    super(scope, id, { retentionPeriod: Duration.days(keptDays), ...props });
    acknowledge(this, {
      'AwsSolutions-SQS3': 'It is itself a dead-letter queue.',
      'Serverless-SQSRedrivePolicy': 'It is itself a dead-letter queue.',
    });
    this.alarm('depth', {
      metric: this.metricApproximateNumberOfMessagesVisible(fiveMinutes),
      threshold: 1,
      paragraph: 'Messages wait in a dead-letter queue',
    });
    this.alarm('age', {
      metric: this.metricApproximateAgeOfOldestMessage(fiveMinutes),
      threshold: Duration.days(ageAlarmDays).toSeconds(),
      paragraph: 'Messages in a dead-letter queue will be deleted',
    });
  }
}
