import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IAlarmAction, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

import { type IndexSpec, type TableName, tables } from '../backend/resources.ts';
import { acknowledge } from './acknowledge.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

export interface TablesProps {
  encryptionKey: IKey | undefined;
  destroyOnDelete: boolean;
  alarmAction: IAlarmAction | undefined;
}

/** What CloudWatch has of a table: calls of either kind that were throttled, and the units that were used. */
export type TableMetric = `${'Read' | 'Write'}ThrottleEvents` | `Consumed${'Read' | 'Write'}CapacityUnits`;

/** A metric of a table, summed over 5 minutes. */
export function tableMetric({ tableName }: Pick<Table, 'tableName'>, metricName: TableMetric): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: tableName },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
  });
}

/**
 * A table on demand throttles for some minutes where traffic doubles, and its callers try again. What lasts for a quarter of
 * an hour is a key that gets more than a partition takes.
 */
const throttled = { met: 3, of: 3 };

/** The tables of backend/resources.ts: on demand, encrypted, with TTL; kept and restorable unless told otherwise. */
export class Tables extends Construct {
  readonly byName: Record<TableName, Table>;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    const created = Object.keys(tables).map((name) => [name, this.createTable(name as TableName, props)]);
    this.byName = Object.fromEntries(created);
  }

  private createTable(name: TableName, { encryptionKey, destroyOnDelete, alarmAction }: TablesProps): Table {
    const spec: { indexes: Record<string, IndexSpec>; isDisposable?: true } = tables[name];
    const table = new Table(this, name, {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: !spec.isDisposable },
      deletionProtection: !destroyOnDelete,
      removalPolicy: destroyOnDelete ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      ...(encryptionKey
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }
        : { encryption: TableEncryption.AWS_MANAGED }),
    });
    for (const metricName of ['ReadThrottleEvents', 'WriteThrottleEvents'] as const) {
      new RunbookAlarm(table, metricName, {
        about: `The table ${name}`,
        paragraph: 'A table is throttled',
        metric: tableMetric(table, metricName),
        threshold: 1,
        periods: throttled,
        alarmAction,
      });
    }
    if (spec.isDisposable)
      acknowledge(table, { 'AwsSolutions-DDB3': 'Its items last for a day at most, and can be lost.' });
    for (const [indexName, { partition, sort, projection }] of Object.entries(spec.indexes)) {
      table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partition),
        sortKey: text(sort),
        ...(projection === 'keys'
          ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: ['expires_at'] }
          : { projectionType: ProjectionType.ALL }),
      });
    }
    return table;
  }
}

const text = (name: string) => ({ name, type: AttributeType.STRING });
