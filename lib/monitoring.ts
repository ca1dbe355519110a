import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { pollServicesTask } from '../functions/services/contract.ts';
import type { Api } from './api.ts';
import { Dashboard } from './dashboard.ts';
import type { DomainStack } from './domain-stack.ts';
import type { Events } from './events.ts';
import { functionOf } from './function-of.ts';
import type { Functions } from './functions.ts';
import type { Tables } from './tables.ts';
import { ThrottledFunctions } from './throttled-functions.ts';

export interface MonitoringProps {
  deploymentName: string;
  /** The functions that are of no domain. */
  core: Functions;
  domains: readonly DomainStack[];
  api: Api;
  events: Events;
  tables: Tables;
  unrecordedReadings: IQueue;
  alarmAction: IAlarmAction | undefined;
}

/**
 * What watches the deployment as a whole: its dashboard, and the alarm for functions that are throttled. The alarms of a
 * queue, a table, a state machine, a schedule and the API are made with them.
 */
export class Monitoring extends Construct {
  readonly dashboardUrl: string;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { deploymentName, core, domains, api, events, tables, unrecordedReadings, alarmAction } = props;
    const functions = domains.map(({ domain, functions }) => [domain, [...functions.values()]] as const);
    const machines = domains.flatMap((domain) => [...domain.machines]);
    const dashboard = new Dashboard(this, 'Dashboard', {
      deploymentName,
      api: api.metrics,
      functions: { core: [...core.byName.values()], ...Object.fromEntries(functions) },
      machines: Object.fromEntries(machines.map(([name, { metrics }]) => [name, metrics])),
      queues: events.queues,
      deadLetterQueues: { ...events.deadLetterQueues, UnrecordedReadings: unrecordedReadings },
      tables: tables.byName,
      poller: functionOf(domains, pollServicesTask.name),
    });
    this.dashboardUrl = dashboard.url;
    new ThrottledFunctions(this, 'ThrottledFunctions', { alarmAction });
  }
}
